//! `eth_accounts`: the accounts whose keys the node has.

use super::{Json, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.accounts().addresses().collect::<Vec<_>>())
}
