//! `eth_maxPriorityFeePerGas`: the suggested tip in wei per gas.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;
use parevm_simulate::price::SUGGESTED_TIP;

pub(super) fn answer(_: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(U64::from(SUGGESTED_TIP))
}
