//! `anvil_impersonateAccount`: lets an account send transactions that nobody signs.

use super::{RequestContext, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    node.impersonation_mut().insert(params.address()?);
    Ok(Value::Null)
}
