//! `evm_mine`: mines a block from the pool, at an optional timestamp (seconds); with `{ timestamp, blocks }` several.

use crate::{
    node::{Node, Pace, RequestContext},
    request::{Json, Params, RpcError, number, reply},
};
use serde::Deserialize;
use serde_json::Value;

/// Parameter that is not a timestamp.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(default, deserialize_with = "number")]
    timestamp: Option<u64>,
    #[serde(default, deserialize_with = "number")]
    blocks: Option<u64>,
}

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let (timestamp, blocks) = match params.peek() {
        Some(Value::Object(_)) => {
            let options: Options = params.required("options")?;
            (options.timestamp, options.blocks)
        }
        _ => (params.number("timestamp")?, None),
    };
    if let Some(timestamp) = timestamp {
        node.state_mut().set_next_timestamp(timestamp)?;
    }
    node.mine_many(context, blocks.unwrap_or(1), Pace::Clock)?;
    reply("0x0")
}
