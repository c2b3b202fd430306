//! `anvil_setStorageAt`: sets a slot of an account.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let address = params.address()?;
    let slot = params.slot()?;
    let value = params.slot()?;
    node.state_mut().set_slot(address, slot, value);
    reply(true)
}
