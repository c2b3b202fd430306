//! `eth_getFilterLogs`: all logs of a filter, polled before or not. It does not extend its life.

use super::eth_get_logs;
use crate::{
    node::{EventId, Filter, Node, RequestContext},
    request::{Json, Params, RpcError},
};

pub(super) fn answer(
    node: &Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let id: EventId = params.required("filter")?;
    match node.filters().get(id, context.now)? {
        Filter::Logs { filter, .. } => {
            let logs = eth_get_logs::logs(node.chain(), filter, params)?;
            params.reply(logs)
        }
        _ => Err(RpcError::server("the filter is not one of logs".to_owned())),
    }
}
