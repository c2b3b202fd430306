//! `eth_getTransactionByBlockNumberAndIndex`: a transaction; null where block or transaction are unknown.

use crate::{
    chain::Chain,
    object::{pending, transaction},
    request::{Json, Params, RpcError, is_pending, reply},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let is_pending = params.peek().is_some_and(is_pending);
    let block = params.block(chain)?;
    let index = params.index()?;
    if is_pending {
        let sent = block.and_then(|block| block.sent(index));
        return reply(sent.map(|sent| pending::json(&sent)).transpose()?);
    }
    reply(block.and_then(|block| transaction::of(block, index)))
}
