//! `eth_sendTransaction`: sends a transaction of an account of the node or of an impersonated one, and returns its
//! hash. Open fields have defaults.

use crate::{
    node::{Impersonated, Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let request = params.required("transaction")?;
    let transaction = node.sign_request(context, request, Impersonated::Taken)?;
    reply(node.submit(context, transaction)?)
}
