//! `anvil_setRpcUrl`: sets the source of a fork (anvil). There is no fork, so it is an error.

use crate::{
    node::Node,
    request::{Json, Params, RpcError},
};

pub(super) fn answer(_: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let _: String = params.required("url")?;
    let reason = "there is no fork: this chain is in memory and has no RPC URL";
    Err(RpcError::server(reason.to_owned()))
}
