//! `eth_getUncleCountByBlockHash`: the number of a block's ommers; null where there is no block.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use alloy_primitives::U64;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let block = chain.block(params.hash()?);
    reply(block.map(|block| U64::from(block.block.body.ommers.len())))
}
