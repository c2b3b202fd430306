//! `eth_newFilter`: opens a filter of logs, and returns its id. A filter expires after 5 minutes without a poll
//! (geth), and with `anvil_reset`.

use crate::{
    node::{Filter, Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let filter = params.live_log_filter()?;
    let next = node.chain().head().number().saturating_add(1);
    let filter = Filter::Logs { filter, next };
    reply(node.filters_mut().open(context.id, filter, context.now)?)
}
