//! `eth_newFilter`: opens a filter of logs, and returns its number.

use super::{Json, RequestContext, RpcError, eth_get_logs, params::Params, reply};
use crate::node::{Filter, Node};
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let given: Option<Value> = params.optional("filter")?;
    let filter = eth_get_logs::filter(given.unwrap_or_else(|| Value::Object(Default::default())))?;
    let next = node.chain().head().number() + 1;
    let filter = Filter::Logs {
        filter: filter.into(),
        next,
    };
    reply(node.filters_mut().open(filter)?)
}
