//! JSON-RPC over a [`Chain`] or a [`Node`]: one method, one file; the table `METHODS` is the index.
//!
//! [`call`] answers one request on a chain, [`Node::request`] on a node, which knows more methods. Neither
//! knows a transport: who serves it decodes the envelope. Parameters are positional; one that is wrong is
//! named in the error. Unknown blocks, transactions and receipts are `null` where the specification says
//! so.

mod anvil_get_automine;
mod calls;
mod debug_get_raw_block;
mod debug_get_raw_header;
mod debug_get_raw_receipts;
mod debug_get_raw_transaction;
mod debug_trace_block_by_hash;
mod debug_trace_block_by_number;
mod debug_trace_call;
mod debug_trace_transaction;
mod error;
mod eth_base_fee;
mod eth_blob_base_fee;
mod eth_block_number;
mod eth_call;
mod eth_chain_id;
mod eth_create_access_list;
mod eth_estimate_gas;
mod eth_get_balance;
mod eth_get_block_by_hash;
mod eth_get_block_by_number;
mod eth_get_block_receipts;
mod eth_get_block_transaction_count_by_hash;
mod eth_get_block_transaction_count_by_number;
mod eth_get_code;
mod eth_get_logs;
mod eth_get_proof;
mod eth_get_storage_at;
mod eth_get_storage_values;
mod eth_get_transaction_by_block_hash_and_index;
mod eth_get_transaction_by_block_number_and_index;
mod eth_get_transaction_by_hash;
mod eth_get_transaction_count;
mod eth_get_transaction_receipt;
mod eth_simulate_v1;
mod eth_syncing;
mod evm_set_automine;
mod limits;
mod net_version;
mod object;
mod params;
mod parevm_simulate;
mod replay;

pub use error::{ErrorCode, RpcError};
pub use limits::RequestLimits;
pub(crate) use params::Params;

use crate::{
    chain::Chain,
    node::{Host, Node},
};
use Method::{Change, Look, Read, Try};
use serde::Serialize;
use serde_json::Value;

/// What answers a request, by what it needs.
#[derive(Clone, Copy)]
pub(crate) enum Method {
    /// Reads the chain.
    Read(fn(&Chain, &mut Params<'_>) -> Result<Value, RpcError>),
    /// Runs something on the chain, which stays as it is.
    Try(fn(&Chain, &mut Params<'_>, &RequestLimits<'_>) -> Result<Value, RpcError>),
    /// Reads a node.
    Look(fn(&Node, &mut Params<'_>) -> Result<Value, RpcError>),
    /// Changes a node.
    Change(fn(&mut Node, &mut Params<'_>, &Host<'_>) -> Result<Value, RpcError>),
}

/// Every method with its name.
const METHODS: &[(&str, Method)] = &[
    ("anvil_getAutomine", Look(anvil_get_automine::answer)),
    ("anvil_setAutomine", Change(evm_set_automine::answer)),
    ("debug_getRawBlock", Read(debug_get_raw_block::answer)),
    ("debug_getRawHeader", Read(debug_get_raw_header::answer)),
    ("debug_getRawReceipts", Read(debug_get_raw_receipts::answer)),
    (
        "debug_getRawTransaction",
        Read(debug_get_raw_transaction::answer),
    ),
    (
        "debug_traceBlockByHash",
        Try(debug_trace_block_by_hash::answer),
    ),
    (
        "debug_traceBlockByNumber",
        Try(debug_trace_block_by_number::answer),
    ),
    ("debug_traceCall", Try(debug_trace_call::answer)),
    (
        "debug_traceTransaction",
        Try(debug_trace_transaction::answer),
    ),
    ("eth_baseFee", Read(eth_base_fee::answer)),
    ("eth_blobBaseFee", Read(eth_blob_base_fee::answer)),
    ("eth_blockNumber", Read(eth_block_number::answer)),
    ("eth_call", Try(eth_call::answer)),
    ("eth_chainId", Read(eth_chain_id::answer)),
    ("eth_createAccessList", Try(eth_create_access_list::answer)),
    ("eth_estimateGas", Try(eth_estimate_gas::answer)),
    ("eth_getBalance", Read(eth_get_balance::answer)),
    ("eth_getBlockByHash", Read(eth_get_block_by_hash::answer)),
    (
        "eth_getBlockByNumber",
        Read(eth_get_block_by_number::answer),
    ),
    ("eth_getBlockReceipts", Read(eth_get_block_receipts::answer)),
    (
        "eth_getBlockTransactionCountByHash",
        Read(eth_get_block_transaction_count_by_hash::answer),
    ),
    (
        "eth_getBlockTransactionCountByNumber",
        Read(eth_get_block_transaction_count_by_number::answer),
    ),
    ("eth_getCode", Read(eth_get_code::answer)),
    ("eth_getLogs", Read(eth_get_logs::answer)),
    ("eth_getProof", Read(eth_get_proof::answer)),
    ("eth_getStorageAt", Read(eth_get_storage_at::answer)),
    ("eth_getStorageValues", Read(eth_get_storage_values::answer)),
    (
        "eth_getTransactionByBlockHashAndIndex",
        Read(eth_get_transaction_by_block_hash_and_index::answer),
    ),
    (
        "eth_getTransactionByBlockNumberAndIndex",
        Read(eth_get_transaction_by_block_number_and_index::answer),
    ),
    (
        "eth_getTransactionByHash",
        Read(eth_get_transaction_by_hash::answer),
    ),
    (
        "eth_getTransactionCount",
        Read(eth_get_transaction_count::answer),
    ),
    (
        "eth_getTransactionReceipt",
        Read(eth_get_transaction_receipt::answer),
    ),
    ("eth_simulateV1", Try(eth_simulate_v1::answer)),
    ("eth_syncing", Read(eth_syncing::answer)),
    ("evm_setAutomine", Change(evm_set_automine::answer)),
    ("hardhat_getAutomine", Look(anvil_get_automine::answer)),
    ("net_version", Read(net_version::answer)),
    ("parevm_simulate", Try(parevm_simulate::answer)),
];

/// The names of all methods.
pub fn methods() -> impl Iterator<Item = &'static str> {
    METHODS.iter().map(|(name, _)| *name)
}

/// Answers the method `name` with positional `params` on `chain`, within the default limits. Methods that
/// need a node are not known here.
///
/// # Errors
///
/// [`RpcError`] with the code of the specification.
///
/// # Example
///
/// ```
/// use alloy_genesis::Genesis;
/// use parevm::{Chain, rpc};
///
/// let chain = Chain::from_genesis(&Genesis::default())?;
/// assert_eq!(rpc::call(&chain, "eth_blockNumber", &[])?, "0x0");
/// assert!(rpc::call(&chain, "eth_moonPhase", &[]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn call(chain: &Chain, name: &str, params: &[Value]) -> Result<Value, RpcError> {
    call_within(chain, name, params, &RequestLimits::default())
}

/// The same, within other limits.
///
/// # Errors
///
/// As [`call`], and what says that a limit was met: -32016 for the time.
pub fn call_within(
    chain: &Chain,
    name: &str,
    params: &[Value],
    limits: &RequestLimits<'_>,
) -> Result<Value, RpcError> {
    let params = &mut Params::new(params);
    match method(name)? {
        Read(answer) => answer(chain, params),
        Try(answer) => answer(chain, params, limits),
        Look(_) | Change(_) => Err(RpcError::unknown_method(name)),
    }
}

/// The method with this name.
pub(crate) fn method(name: &str) -> Result<Method, RpcError> {
    METHODS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, method)| *method)
        .ok_or_else(|| RpcError::unknown_method(name))
}

/// A result as JSON.
fn reply(result: impl Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(result).map_err(|error| RpcError::internal(&error))
}
