//! `anvil_impersonateAccount`: lets an account send unsigned transactions.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    node.impersonation_mut().insert(params.address()?)?;
    reply(())
}
