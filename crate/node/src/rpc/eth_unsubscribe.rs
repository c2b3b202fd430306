//! `eth_unsubscribe`: ends a subscription; false where there is none.

use crate::{
    node::{EventId, Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let id: EventId = params.required("subscription")?;
    reply(node.subscriptions_mut().close(id))
}
