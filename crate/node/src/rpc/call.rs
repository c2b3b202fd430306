//! Call of a method on a chain without a node.

use super::{method::Handler, table::method};
use crate::{
    chain::Chain,
    pool::TransactionPool,
    request::{Json, Params, RequestLimits, RpcError, at_most},
};
use serde_json::Value;

/// Answers the method `name` with positional `params` on `chain`, within the default limits. Methods that need a node
/// are unknown here.
///
/// # Errors
///
/// [`RpcError`] with the code of the specification.
///
/// # Example
///
/// ```
/// use alloy_genesis::Genesis;
/// use parevm_node::{Chain, rpc};
///
/// let chain = Chain::from_genesis(&Genesis::default())?;
/// assert_eq!(rpc::call(&chain, "eth_blockNumber", &[])?.as_str(), "\"0x0\"");
/// assert!(rpc::call(&chain, "eth_moonPhase", &[]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn call(chain: &Chain, name: &str, params: &[Value]) -> Result<Json, RpcError> {
    call_within(chain, name, params, &RequestLimits::default())
}

/// Answers as [`call`], within other limits.
///
/// # Errors
///
/// As [`call`], and the error of an exceeded limit: -32016 for the time, -32005 for the memory, -32003 for the length
/// of the response.
pub fn call_within(
    chain: &Chain,
    name: &str,
    params: &[Value],
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let params = &mut Params::new(params, *limits);
    let answer = match method(name)? {
        Handler::ReadChain(answer) => answer(chain, params),
        Handler::CallChain(answer) => answer(chain, params, limits),
        Handler::ReadPool(answer) => answer(chain, &TransactionPool::default(), params),
        Handler::ReadNode(_)
        | Handler::CallNode(_)
        | Handler::Release(_)
        | Handler::Write(_)
        | Handler::Send(_) => Err(RpcError::unknown_method(name)),
    };
    at_most(answer, limits.answer_bytes)
}
