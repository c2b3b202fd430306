//! `eth_blockNumber`: the height of the head.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(U64::from(chain.head().number()))
}
