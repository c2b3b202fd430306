//! `eth_getUncleCountByBlockHash`: the number of a block's ommers; null where there is no block.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = chain.block(params.hash()?);
    reply(block.map(|block| U64::from(block.block.body.ommers.len())))
}
