//! `eth_uninstallFilter`: closes a filter; false where there is none.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;
use alloy_primitives::U64;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let number: U64 = params.required("filter")?;
    reply(node.filters_mut().close(number))
}
