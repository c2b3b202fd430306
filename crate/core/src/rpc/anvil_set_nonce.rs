//! `anvil_setNonce`: sets the nonce of an account.

use super::{Host, RpcError, params::Params};
use crate::node::Node;
use alloy_primitives::U64;
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &Host<'_>,
) -> Result<Value, RpcError> {
    let address = params.address()?;
    let nonce: U64 = params.required("nonce")?;
    let world = node.world_mut();
    world.change_account(address, |account| account.nonce = nonce.to(), None, None);
    Ok(Value::Null)
}
