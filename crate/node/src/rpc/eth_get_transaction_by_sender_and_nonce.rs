//! `eth_getTransactionBySenderAndNonce`: the transaction of an account with this nonce (reth, anvil), pending or on
//! the head's branch; null where there is none.

use crate::{
    chain::Chain,
    object::{pending, transaction},
    pool::TransactionPool,
    request::{Json, Params, RpcError, reply},
};
use alloy_consensus::Transaction as _;

pub(super) fn answer(
    chain: &Chain,
    pool: &TransactionPool,
    params: &mut Params<'_>,
) -> Result<Json, RpcError> {
    let sender = params.address()?;
    let nonce = params.needed_number("nonce")?;
    let (ready, queued) = pool.of(sender, nonce);
    let mut pooled = ready.into_iter().chain(queued);
    if let Some(pooled) = pooled.find(|one| one.nonce() == nonce) {
        return reply(pending::json(&pooled.sent)?);
    }
    let mut blocks = chain.executed(0..=u64::MAX);
    let mined = blocks.find_map(|block| {
        let transactions = &block.block.body.transactions;
        let mut sent = transactions.iter().zip(&block.receipts);
        let index =
            sent.position(|(one, receipt)| receipt.from == sender && one.nonce() == nonce)?;
        transaction::of(block, index)
    });
    reply(mined)
}
