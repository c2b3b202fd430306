//! `anvil_setNonce`: sets the nonce of an account.

use super::{RequestContext, RpcError, params::Params};
use crate::node::Node;
use alloy_primitives::U64;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    let address = params.address()?;
    let nonce: U64 = params.required("nonce")?;
    node.world_mut()
        .change_account(address, |account| account.nonce = nonce.to());
    Ok(Value::Null)
}
