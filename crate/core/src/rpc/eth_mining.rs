//! `eth_mining`: whether blocks are made without being asked for.

use super::{RpcError, params::Params, reply};
use crate::node::{Mining, Node};
use serde_json::Value;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(node.mining() != Mining::Manual)
}
