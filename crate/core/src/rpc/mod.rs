//! JSON-RPC over a [`Chain`]: one method, one file; the table `METHODS` is the index.
//!
//! [`call`] answers one request. It knows no transport: who serves it decodes the envelope. Parameters
//! are positional; one that is wrong is named in the error. Unknown blocks, transactions and receipts are
//! `null` where the specification says so.

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
mod eth_syncing;
mod net_version;
mod object;
mod params;
mod replay;

pub use error::{ErrorCode, RpcError};

use crate::chain::Chain;
use params::Params;
use serde::Serialize;
use serde_json::Value;

/// Answers a request on a chain.
type Method = fn(&Chain, &mut Params<'_>) -> Result<Value, RpcError>;

/// Every method with its name.
const METHODS: &[(&str, Method)] = &[
    ("debug_getRawBlock", debug_get_raw_block::answer),
    ("debug_getRawHeader", debug_get_raw_header::answer),
    ("debug_getRawReceipts", debug_get_raw_receipts::answer),
    ("debug_getRawTransaction", debug_get_raw_transaction::answer),
    ("debug_traceBlockByHash", debug_trace_block_by_hash::answer),
    (
        "debug_traceBlockByNumber",
        debug_trace_block_by_number::answer,
    ),
    ("debug_traceCall", debug_trace_call::answer),
    ("debug_traceTransaction", debug_trace_transaction::answer),
    ("eth_baseFee", eth_base_fee::answer),
    ("eth_blobBaseFee", eth_blob_base_fee::answer),
    ("eth_blockNumber", eth_block_number::answer),
    ("eth_call", eth_call::answer),
    ("eth_chainId", eth_chain_id::answer),
    ("eth_createAccessList", eth_create_access_list::answer),
    ("eth_estimateGas", eth_estimate_gas::answer),
    ("eth_getBalance", eth_get_balance::answer),
    ("eth_getBlockByHash", eth_get_block_by_hash::answer),
    ("eth_getBlockByNumber", eth_get_block_by_number::answer),
    ("eth_getBlockReceipts", eth_get_block_receipts::answer),
    (
        "eth_getBlockTransactionCountByHash",
        eth_get_block_transaction_count_by_hash::answer,
    ),
    (
        "eth_getBlockTransactionCountByNumber",
        eth_get_block_transaction_count_by_number::answer,
    ),
    ("eth_getCode", eth_get_code::answer),
    ("eth_getLogs", eth_get_logs::answer),
    ("eth_getProof", eth_get_proof::answer),
    ("eth_getStorageAt", eth_get_storage_at::answer),
    ("eth_getStorageValues", eth_get_storage_values::answer),
    (
        "eth_getTransactionByBlockHashAndIndex",
        eth_get_transaction_by_block_hash_and_index::answer,
    ),
    (
        "eth_getTransactionByBlockNumberAndIndex",
        eth_get_transaction_by_block_number_and_index::answer,
    ),
    (
        "eth_getTransactionByHash",
        eth_get_transaction_by_hash::answer,
    ),
    ("eth_getTransactionCount", eth_get_transaction_count::answer),
    (
        "eth_getTransactionReceipt",
        eth_get_transaction_receipt::answer,
    ),
    ("eth_syncing", eth_syncing::answer),
    ("net_version", net_version::answer),
];

/// The names of all methods.
pub fn methods() -> impl Iterator<Item = &'static str> {
    METHODS.iter().map(|(name, _)| *name)
}

/// Answers the method `name` with positional `params` on `chain`.
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
    let (_, method) = METHODS
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or_else(|| RpcError::unknown_method(name))?;
    method(chain, &mut Params::new(params))
}

/// A result as JSON.
fn reply(result: impl Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(result).map_err(|error| RpcError::internal(&error))
}
