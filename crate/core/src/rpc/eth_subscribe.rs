//! `eth_subscribe`: tells of new heads, logs or pending transactions from now on; returns the number of the
//! subscription.

use super::{Json, RequestContext, RpcError, eth_get_logs, params::Params, reply};
use crate::node::{Node, Topic};
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let name = "subscription";
    let kind: String = params.required(name)?;
    let topic = match kind.as_str() {
        "newHeads" => Topic::Heads,
        "newPendingTransactions" => Topic::Transactions,
        "logs" => {
            let given: Option<Value> = params.optional("filter")?;
            let given = given.unwrap_or_else(|| Value::Object(Default::default()));
            Topic::Logs(eth_get_logs::filter(given)?.into())
        }
        other => return Err(RpcError::invalid(name, format!("there is no {other}"))),
    };
    reply(node.subscriptions_mut().open(topic)?)
}
