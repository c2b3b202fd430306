//! `anvil_stopImpersonatingAccount`: an account sends only what is signed again.

use super::{Host, RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &Host<'_>,
) -> Result<Value, RpcError> {
    node.impersonation_mut().remove(params.address()?);
    Ok(Value::Null)
}
