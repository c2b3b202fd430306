//! `anvil_setNonce`: sets the nonce of an account.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;
use alloy_primitives::U64;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let address = params.address()?;
    let nonce: U64 = params.required("nonce")?;
    node.world_mut()
        .change_account(address, |account| account.nonce = nonce.to());
    reply(())
}
