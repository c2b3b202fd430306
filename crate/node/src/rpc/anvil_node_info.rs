//! `anvil_nodeInfo`: head, fork, mining and fees of the node.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;
use serde_json::json;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let head = node.chain().head();
    let header = &head.block.header;
    reply(json!({
        "currentBlockNumber": U64::from(head.number()),
        "currentBlockTimestamp": header.timestamp,
        "currentBlockHash": head.hash,
        "hardFork": format!("{:?}", node.spec()).to_lowercase(),
        "transactionOrder": "fees",
        "environment": {
            "baseFee": U64::from(node.state().next_base_fee()),
            "chainId": node.chain().chain_id(),
            "gasLimit": U64::from(node.state().gas_limit()),
            "gasPrice": U64::from(node.state().gas_price()),
        },
        "forkConfig": { "forkUrl": null, "forkBlockNumber": null, "forkRetryBackoff": null },
    }))
}
