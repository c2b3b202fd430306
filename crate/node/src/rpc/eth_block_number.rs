//! `eth_blockNumber`: the height of the head.

use super::{Json, RpcError, params::Params, reply};
use crate::chain::Chain;
use alloy_primitives::U64;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(U64::from(chain.head().number()))
}
