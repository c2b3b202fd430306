//! `anvil_autoImpersonateAccount`: whether every account sends transactions that nobody signs.

use super::{RequestContext, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    let everybody: bool = params.required("enabled")?;
    node.impersonation_mut().set_everybody(everybody);
    Ok(Value::Null)
}
