//! `eth_sendRawTransaction`: adds a signed transaction to the pool and returns its hash. KZG proofs of blobs are not
//! verified.

use crate::{
    node::{Node, RequestContext},
    pool::PoolTransaction,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::Bytes;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let bytes: Bytes = params.required("transaction")?;
    let transaction = PoolTransaction::decode(&bytes, node.spec())?;
    reply(node.submit(context, transaction)?)
}
