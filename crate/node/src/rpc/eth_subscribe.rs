//! `eth_subscribe`: subscribes to new heads, logs, pending transactions, receipts or the sync state, which is always
//! false (geth); returns the id of the subscription. Notifications have hashes of pending transactions, or whole ones
//! if a second parameter is true.

use crate::{
    node::{Node, RequestContext, Topic},
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::B256;
use serde::Deserialize;
use std::sync::Arc;

/// Maximum number of transactions of a subscription to receipts.
const MAX_HASHES: usize = 200;

/// Parameter of a subscription to receipts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Receipts {
    transaction_hashes: Option<Vec<B256>>,
}

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
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
        "transactionReceipts" => {
            let wanted: Option<Receipts> = params.optional("filter")?;
            let hashes = wanted.and_then(|wanted| wanted.transaction_hashes);
            let hashes = hashes.unwrap_or_default();
            if hashes.len() > MAX_HASHES {
                let reason = format!("more than {MAX_HASHES} transactions");
                return Err(RpcError::invalid("filter.transactionHashes", reason));
            }
            Topic::Receipts(Arc::new(hashes.into_iter().collect()))
        }
        "syncing" => Topic::Syncing,
        other => return Err(RpcError::invalid(name, format!("there is no {other}"))),
    };
    reply(node.subscriptions_mut().open(context.id, topic)?)
}
