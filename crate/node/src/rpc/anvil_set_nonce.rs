//! `anvil_setNonce`: sets the nonce of an account.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let address = params.address()?;
    let nonce: U64 = params.required("nonce")?;
    node.state_mut()
        .change_account(address, |account| account.nonce = nonce.to());
    reply(())
}
