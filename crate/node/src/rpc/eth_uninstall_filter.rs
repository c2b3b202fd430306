//! `eth_uninstallFilter`: closes a filter; false where there is none.

use crate::{
    node::{EventId, Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let id: EventId = params.required("filter")?;
    reply(node.filters_mut().close(id, context.now))
}
