//! `eth_getHeaderByHash`: the header of a block, without its size (geth); null where the block is unknown.

use super::eth_get_header_by_number::header;
use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = chain.block(params.hash()?);
    reply(block.map(|block| header(block)))
}
