//! `anvil_setLoggingEnabled`: has no effect, as the node does not log.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(_: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let _: Option<bool> = params.optional("enabled")?;
    reply(())
}
