//! `eth_sendTransactionSync`: sends a transaction as `eth_sendTransaction` does and returns its receipt (anvil), or
//! the errors of `eth_sendRawTransactionSync`. The second parameter is the maximum time to wait in milliseconds.

use super::{
    eth_send_raw_transaction_sync::{submit, timeout_ms},
    method::SendResult,
};
use crate::{
    node::{Impersonated, Node, RequestContext},
    request::{Params, RpcError},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<SendResult, RpcError> {
    let request = params.required("transaction")?;
    let timeout_ms = timeout_ms(params)?;
    let transaction = node.sign_request(context, request, Impersonated::Taken)?;
    submit(node, context, transaction, timeout_ms)
}
