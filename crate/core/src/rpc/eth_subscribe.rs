//! `eth_subscribe`: tells of new heads, logs or pending transactions from now on; returns the number of the
//! subscription. Pending transactions are told by hash, or whole where a second parameter is true.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::{Node, Topic};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let name = "subscription";
    let kind: String = params.required(name)?;
    let topic = match kind.as_str() {
        "newHeads" => Topic::Heads,
        "newPendingTransactions" => match params.optional("full transactions")? {
            Some(true) => Topic::Transactions,
            Some(false) | None => Topic::Hashes,
        },
        "logs" => Topic::Logs(params.live_log_filter()?),
        other => return Err(RpcError::invalid(name, format!("there is no {other}"))),
    };
    reply(node.subscriptions_mut().open(topic)?)
}
