//! `eth_gasPrice`: wei per gas with which a transaction comes into the next block: its base fee and a tip.

use super::{RpcError, params::Params, reply};
use crate::node::Node;
use alloy_primitives::U64;
use serde_json::Value;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(U64::from(node.world().gas_price()))
}
