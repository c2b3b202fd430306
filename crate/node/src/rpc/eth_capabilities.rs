//! `eth_capabilities`: the ranges of blocks and states that the node can serve: all blocks, and states from the first
//! known one on.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;
use serde_json::json;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let head = chain.head();
    let since = |oldest| json!({ "disabled": false, "oldestBlock": U64::from(oldest) });
    let all = since(chain.genesis().number());
    let states = since(chain.first_state());
    reply(json!({
        "head": { "number": U64::from(head.number()), "hash": head.hash },
        "state": states,
        "tx": all,
        "logs": all,
        "receipts": all,
        "blocks": all,
        "stateproofs": states,
    }))
}
