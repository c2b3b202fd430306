//! `eth_gasPrice`: wei per gas with which a transaction comes into the next block: its base fee and a tip.

use super::{Json, RpcError, params::Params, reply};
use crate::node::Node;
use alloy_primitives::U64;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(U64::from(node.world().gas_price()))
}
