//! `eth_getFilterLogs`: all logs that a filter names, polled before or not.

use super::{Json, RpcError, eth_get_logs, params::Params};
use crate::node::{Filter, Node};
use alloy_primitives::U64;

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let number: U64 = params.required("filter")?;
    match node.filters().get(number)? {
        Filter::Logs { filter, .. } => {
            let logs = eth_get_logs::logs(node.chain(), filter, params)?;
            params.reply(logs)
        }
        _ => Err(RpcError::server("the filter is not one of logs".to_owned())),
    }
}
