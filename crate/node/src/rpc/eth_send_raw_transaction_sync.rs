//! `eth_sendRawTransactionSync`: adds a signed transaction to the pool and returns its receipt (EIP-7966, geth). The
//! second parameter is the maximum time to wait in milliseconds. The node has no timer: without a block it answers at
//! once with the timeout error (code 4, the hash as data), and a server may wait. A transaction that is not
//! executable is refused with code 5. In either case it is in the pool.

use super::method::SendResult;
use crate::{
    node::{Node, RequestContext},
    object::receipt,
    pool::PoolTransaction,
    request::{ErrorCode, Params, RpcError, reply},
};
use alloy_primitives::{B256, Bytes};
use serde_json::json;

/// Default time to wait in milliseconds.
const DEFAULT_TIMEOUT_MS: u64 = 2_000;
/// Maximum time to wait in milliseconds, as in geth.
const MAX_TIMEOUT_MS: u64 = 300_000;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<SendResult, RpcError> {
    let bytes: Bytes = params.required("transaction")?;
    let timeout_ms = timeout_ms(params)?;
    let transaction = PoolTransaction::decode(&bytes, node.spec())?;
    submit(node, context, transaction, timeout_ms)
}

/// Reads the next parameter: the maximum time to wait in milliseconds.
pub(super) fn timeout_ms(params: &mut Params<'_>) -> Result<u64, RpcError> {
    let given = params.number("timeout")?.filter(|ms| *ms > 0);
    Ok(given.unwrap_or(DEFAULT_TIMEOUT_MS).min(MAX_TIMEOUT_MS))
}

/// Sends `transaction` and returns its receipt, or the reason why there is none.
pub(super) fn submit(
    node: &mut Node,
    context: &RequestContext<'_>,
    transaction: PoolTransaction,
    timeout_ms: u64,
) -> Result<SendResult, RpcError> {
    let (sender, nonce) = (transaction.sender(), transaction.nonce());
    let hash = node.submit(context, transaction)?;
    let chain = node.chain();
    let mined = chain
        .transaction(hash)
        .and_then(|at| receipt::of(chain, chain.block(at.block)?, at.index));
    if let Some(receipt) = mined {
        return Ok(Ok(reply(receipt)?));
    }
    let state = node.state();
    let next = state.pool.next_nonce(sender, state.account(sender).nonce);
    Ok(Err(match nonce < next {
        true => not_included(
            ErrorCode::Timeout,
            hash,
            format!(
                "The transaction was added to the transaction pool but wasn't processed in {timeout_ms}ms"
            ),
        ),
        false => not_included(
            ErrorCode::NotReady,
            hash,
            format!(
                "The transaction was added to the transaction pool but wasn't processed due to a missing nonce: next nonce {next}, tx nonce {nonce}"
            ),
        ),
    }))
}

fn not_included(code: ErrorCode, hash: B256, message: String) -> RpcError {
    RpcError::new(code, message).with_data(json!(hash))
}
