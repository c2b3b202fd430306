//! `eth_capabilities`: what a router may ask this node for: everything, from the first block on.

use super::{Json, RpcError, params::Params, reply};
use crate::chain::Chain;
use alloy_primitives::U64;
use serde_json::json;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let head = chain.head();
    let all = json!({ "disabled": false, "oldestBlock": U64::from(chain.genesis().number()) });
    reply(json!({
        "head": { "number": U64::from(head.number()), "hash": head.hash },
        "state": all,
        "tx": all,
        "logs": all,
        "receipts": all,
        "blocks": all,
        "stateproofs": all,
    }))
}
