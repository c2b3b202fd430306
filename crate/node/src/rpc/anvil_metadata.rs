//! `anvil_metadata`: name, version and head of the node.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::{B256, U64};
use serde_json::Value;
use serde_json::json;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let head = node.chain().head();
    reply(json!({
        "clientVersion": super::web3_client_version::NAME,
        "chainId": node.chain().chain_id(),
        "instanceId": node.chain().genesis().hash,
        "latestBlockNumber": head.number(),
        "latestBlockHash": head.hash,
        "snapshots": node.snapshots().map(snapshot).collect::<Vec<_>>(),
    }))
}

fn snapshot((number, height, hash): (U64, u64, B256)) -> Value {
    json!({ "id": number, "blockNumber": height, "blockHash": hash })
}
