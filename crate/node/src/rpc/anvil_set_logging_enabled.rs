//! `anvil_setLoggingEnabled`: nothing is logged in any case.

use super::{Json, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(_: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let _: Option<bool> = params.optional("enabled")?;
    reply(())
}
