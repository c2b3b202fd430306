//! `eth_sendTransaction`: signs a transaction with an account of the node, or sends it for one that is
//! impersonated, and returns its hash. What the request leaves open is filled in.

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
