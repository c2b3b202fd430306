//! `evm_setAutomine`: whether each transaction makes a block. What is pending is mined once each does. The
//! interval of `evm_setIntervalMining` is another setting.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let automine: bool = params.required("enabled")?;
    node.set_automine(context, automine)?;
    reply(())
}
