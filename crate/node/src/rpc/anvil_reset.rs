//! `anvil_reset`: returns the node to its genesis block. Accounts and subscriptions remain.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let options: Option<Value> = params.optional("options")?;
    let forking = options.as_ref().and_then(|options| options.get("forking"));
    if forking.is_some_and(|forking| !forking.is_null()) {
        return Err(RpcError::invalid("options", "forking is not supported"));
    }
    node.reset()?;
    reply(())
}
