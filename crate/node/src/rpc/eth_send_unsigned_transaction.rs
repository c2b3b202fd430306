//! `eth_sendUnsignedTransaction`: sends an unsigned transaction of any account (anvil), and returns its hash. Open
//! fields but the sender have defaults.

use crate::{
    node::{Impersonated, Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};
use parevm_simulate::CallRequest;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let request: CallRequest = params.required("transaction")?;
    if request.from.is_none() {
        return Err(RpcError::invalid("transaction.from", "missing"));
    }
    let transaction = node.sign_request(context, request, Impersonated::Always)?;
    reply(node.submit(context, transaction)?)
}
