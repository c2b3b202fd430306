//! `evm_setAutomine`: whether each transaction makes a block.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::{Mining, Node};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let is_automatic: bool = params.required("enabled")?;
    node.set_mining(match is_automatic {
        true => Mining::Auto,
        false => Mining::Manual,
    });
    reply(())
}
