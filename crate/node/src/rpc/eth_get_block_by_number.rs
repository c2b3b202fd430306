//! `eth_getBlockByNumber`: a block of the head's branch; null where there is none.

use crate::{
    chain::Chain,
    object::block,
    request::{Json, Params, RpcError, is_pending},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let is_pending = params.peek().is_some_and(is_pending);
    let stored = params.block(chain)?;
    let is_full = params.optional("full transactions")?.unwrap_or(false);
    if let Some(stored) = stored.filter(|_| is_pending) {
        return params.reply(block::pending_of(stored, is_full)?);
    }
    params.reply(stored.map(|stored| block::of(stored, is_full)))
}
