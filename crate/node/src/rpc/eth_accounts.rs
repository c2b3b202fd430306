//! `eth_accounts`: the accounts whose keys the node has.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.accounts().addresses().collect::<Vec<_>>())
}
