//! `anvil_impersonateAccount`: lets an account send transactions that nobody signs.

use super::{Host, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &Host<'_>,
) -> Result<Value, RpcError> {
    node.impersonation_mut().insert(params.address()?);
    Ok(Value::Null)
}
