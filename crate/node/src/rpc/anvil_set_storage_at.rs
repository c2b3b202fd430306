//! `anvil_setStorageAt`: sets a slot of an account.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let address = params.address()?;
    let slot = params.slot()?;
    let value = params.slot()?;
    node.world_mut().set_slot(address, slot, value);
    reply(true)
}
