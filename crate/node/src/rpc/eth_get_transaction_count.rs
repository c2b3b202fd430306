//! `eth_getTransactionCount`: the nonce of an account; with `pending`, that of its next transaction.

use crate::{
    chain::Chain,
    pool::TransactionPool,
    request::{Json, Params, RpcError, is_pending, reply},
};
use alloy_primitives::U64;

pub(super) fn answer(
    chain: &Chain,
    pool: &TransactionPool,
    params: &mut Params<'_>,
) -> Result<Json, RpcError> {
    let address = params.address()?;
    let is_pending = params.peek().is_some_and(is_pending);
    let account = params.state(chain)?.state.account(address);
    let nonce = account.unwrap_or_default().nonce;
    reply(U64::from(match is_pending {
        true => pool.next_nonce(address, nonce),
        false => nonce,
    }))
}
