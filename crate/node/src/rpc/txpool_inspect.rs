//! `txpool_inspect`: the transactions of the pool, by sender and nonce, each as one line (geth).

use crate::{
    node::Node,
    pool::PoolTransaction,
    request::{Json, Params, RpcError},
};
use alloy_consensus::Transaction as _;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let state = node.state();
    let mut pending = Map::new();
    let mut queued = Map::new();
    for sender in params.asked(state.pool.senders()) {
        let sender = sender?;
        let (ready, later) = state.pool.of(sender, state.account(sender).nonce);
        for (all, of_sender) in [(&mut pending, ready), (&mut queued, later)] {
            if !of_sender.is_empty() {
                all.insert(sender.to_checksum(None), lines(&of_sender));
            }
        }
    }
    params.reply(json!({ "pending": pending, "queued": queued }))
}

fn lines(transactions: &[&Arc<PoolTransaction>]) -> Value {
    let entry = |one: &&Arc<PoolTransaction>| (one.nonce().to_string(), line(one).into());
    Value::Object(transactions.iter().map(entry).collect())
}

/// Returns receiver, value in wei, gas limit, and maximum fee per gas in wei.
fn line(transaction: &PoolTransaction) -> String {
    let sent = &transaction.sent;
    let receiver = match sent.to() {
        Some(to) => to.to_checksum(None),
        None => "contract creation".to_owned(),
    };
    let (value, gas, price) = (sent.value(), sent.gas_limit(), sent.max_fee_per_gas());
    format!("{receiver}: {value} wei + {gas} gas × {price} wei")
}
