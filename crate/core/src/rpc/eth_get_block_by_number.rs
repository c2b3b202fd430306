//! `eth_getBlockByNumber`: a block of the head's branch; null where there is none.

use super::{Json, RpcError, object::block, params::Params, reply};
use crate::chain::Chain;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let stored = params.block(chain)?;
    let is_full = params.optional("full transactions")?.unwrap_or(false);
    reply(stored.map(|stored| block::of(stored, is_full)))
}
