//! `evm_setAutomine`: sets whether each transaction mines a block. Pending transactions are mined when it starts. The
//! interval of `evm_setIntervalMining` is independent.

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
