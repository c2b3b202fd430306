//! `eth_accounts`: the accounts whose keys the node has.

use super::{RpcError, params::Params, reply};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(node.accounts().addresses().collect::<Vec<_>>())
}
