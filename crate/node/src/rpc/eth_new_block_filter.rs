//! `eth_newBlockFilter`: opens a filter of new blocks, and returns its id. A filter expires after 5 minutes without a
//! poll (geth), and with `anvil_reset`.

use crate::{
    node::{Filter, Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let next = node.chain().head().number().saturating_add(1);
    let filter = Filter::Blocks { next };
    reply(node.filters_mut().open(context.id, filter, context.now)?)
}
