//! `anvil_autoImpersonateAccount`: whether every account sends transactions that nobody signs.

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
