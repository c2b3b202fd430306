//! `eth_uninstallFilter`: closes a filter; false where there is none.

use super::{Host, RpcError, params::Params, reply};
use crate::node::Node;
use alloy_primitives::U64;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &Host<'_>,
) -> Result<Value, RpcError> {
    let number: U64 = params.required("filter")?;
    reply(node.filters_mut().close(number))
}
