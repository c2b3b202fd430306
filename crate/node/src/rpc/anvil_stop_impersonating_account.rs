//! `anvil_stopImpersonatingAccount`: ends the impersonation of an account.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    node.impersonation_mut().remove(params.address()?);
    reply(())
}
