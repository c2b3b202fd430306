//! `anvil_autoImpersonateAccount`: sets whether every account may send unsigned transactions.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let everybody: bool = params.required("enabled")?;
    node.impersonation_mut().set_everybody(everybody);
    reply(())
}
