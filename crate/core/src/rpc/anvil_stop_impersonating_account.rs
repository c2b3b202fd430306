//! `anvil_stopImpersonatingAccount`: an account sends only what is signed again.

use super::{RequestContext, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    node.impersonation_mut().remove(params.address()?);
    Ok(Value::Null)
}
