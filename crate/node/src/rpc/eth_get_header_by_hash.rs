//! `eth_getHeaderByHash`: the header of a block, without its size (geth); null where the block is not known.

use super::{Json, RpcError, eth_get_header_by_number::header, params::Params, reply};
use crate::chain::Chain;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = chain.block(params.hash()?);
    reply(block.map(|block| header(block)))
}
