//! `eth_signTransaction`: a transaction signed by an account of the node, in EIP-2718 encoding. It is not sent.

use crate::{
    node::{Impersonated, Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::Bytes;

pub(super) fn answer(
    node: &Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let request = params.required("transaction")?;
    let transaction = node.sign_request(context, request, Impersonated::Refused)?;
    reply(Bytes::from(transaction.sent.encoded_2718()))
}
