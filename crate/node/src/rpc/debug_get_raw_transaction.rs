//! `debug_getRawTransaction`: a mined or pending transaction in EIP-2718 encoding; null where it is unknown.

use crate::{
    chain::Chain,
    pool::TransactionPool,
    request::{Json, Params, RpcError},
};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::Bytes;

pub(super) fn answer(
    chain: &Chain,
    pool: &TransactionPool,
    params: &mut Params<'_>,
) -> Result<Json, RpcError> {
    let hash = params.hash()?;
    let pending = pool.get(hash).map(|pending| pending.sent.encoded_2718());
    let in_chain = || {
        let at = chain.transaction(hash)?;
        let transactions = &chain.block(at.block)?.block.body.transactions;
        Some(transactions.get(at.index)?.encoded_2718())
    };
    params.reply(pending.or_else(in_chain).map(Bytes::from))
}
