//! `eth_getBlockByHash`: a block, with whole transactions or their hashes; null where it is unknown.

use crate::{
    chain::Chain,
    object::block,
    request::{Json, Params, RpcError},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let hash = params.hash()?;
    let is_full = params.optional("full transactions")?.unwrap_or(false);
    params.reply(chain.block(hash).map(|stored| block::of(stored, is_full)))
}
