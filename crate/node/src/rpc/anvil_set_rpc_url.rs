//! `anvil_setRpcUrl`: sets where a fork reads from (anvil). There is no fork, so it is an error.

use super::{Json, RpcError, params::Params};
use crate::node::Node;

pub(super) fn answer(_: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let _: String = params.required("url")?;
    let reason = "there is no fork: this chain is in memory and has no RPC URL";
    Err(RpcError::server(reason.to_owned()))
}
