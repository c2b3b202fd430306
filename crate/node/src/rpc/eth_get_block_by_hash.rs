//! `eth_getBlockByHash`: a block, with whole transactions or their hashes; null where it is not known.

use super::{Json, RpcError, object::block, params::Params};
use crate::chain::Chain;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let hash = params.hash()?;
    let is_full = params.optional("full transactions")?.unwrap_or(false);
    params.reply(chain.block(hash).map(|stored| block::of(stored, is_full)))
}
