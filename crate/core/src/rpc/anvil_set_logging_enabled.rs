//! `anvil_setLoggingEnabled`: nothing is logged in any case.

use super::{RpcError, params::Params};
use crate::node::Node;
use serde_json::Value;

pub(super) fn answer(_: &Node, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let _: Option<bool> = params.optional("enabled")?;
    Ok(Value::Null)
}
