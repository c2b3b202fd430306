//! JSON-RPC over a [`Chain`] or a [`Node`]: one method, one file; the table `METHODS` is the index.
//!
//! [`call`] answers one request on a chain, [`Node::request`] on a node, which knows more methods. Neither
//! knows a transport: who serves it decodes the envelope. Parameters are positional; one that is wrong is
//! named in the error. Unknown blocks, transactions and receipts are `null` where the specification says
//! so.

mod anvil_add_balance;
mod anvil_auto_impersonate_account;
mod anvil_drop_all_transactions;
mod anvil_drop_transaction;
mod anvil_get_automine;
mod anvil_get_interval_mining;
mod anvil_impersonate_account;
mod anvil_metadata;
mod anvil_mine;
mod anvil_node_info;
mod anvil_remove_block_timestamp_interval;
mod anvil_reset;
mod anvil_set_balance;
mod anvil_set_block_timestamp_interval;
mod anvil_set_code;
mod anvil_set_coinbase;
mod anvil_set_logging_enabled;
mod anvil_set_next_block_base_fee_per_gas;
mod anvil_set_nonce;
mod anvil_set_storage_at;
mod anvil_stop_impersonating_account;
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
mod eth_accounts;
mod eth_base_fee;
mod eth_blob_base_fee;
mod eth_block_number;
mod eth_call;
mod eth_capabilities;
mod eth_chain_id;
mod eth_coinbase;
mod eth_config;
mod eth_create_access_list;
mod eth_estimate_gas;
mod eth_fee_history;
mod eth_gas_price;
mod eth_get_balance;
mod eth_get_block_by_hash;
mod eth_get_block_by_number;
mod eth_get_block_receipts;
mod eth_get_block_transaction_count_by_hash;
mod eth_get_block_transaction_count_by_number;
mod eth_get_code;
mod eth_get_filter_changes;
mod eth_get_filter_logs;
mod eth_get_logs;
mod eth_get_proof;
mod eth_get_storage_at;
mod eth_get_storage_values;
mod eth_get_transaction_by_block_hash_and_index;
mod eth_get_transaction_by_block_number_and_index;
mod eth_get_transaction_by_hash;
mod eth_get_transaction_count;
mod eth_get_transaction_receipt;
mod eth_get_uncle_by_block_hash_and_index;
mod eth_get_uncle_by_block_number_and_index;
mod eth_get_uncle_count_by_block_hash;
mod eth_get_uncle_count_by_block_number;
mod eth_hashrate;
mod eth_max_priority_fee_per_gas;
mod eth_mining;
mod eth_new_block_filter;
mod eth_new_filter;
mod eth_new_pending_transaction_filter;
mod eth_protocol_version;
mod eth_send_raw_transaction;
mod eth_send_transaction;
mod eth_sign;
mod eth_sign_transaction;
mod eth_sign_typed_data_v4;
mod eth_simulate_v1;
mod eth_subscribe;
mod eth_syncing;
mod eth_uninstall_filter;
mod eth_unsubscribe;
mod evm_increase_time;
mod evm_mine;
mod evm_revert;
mod evm_set_automine;
mod evm_set_block_gas_limit;
mod evm_set_interval_mining;
mod evm_set_next_block_timestamp;
mod evm_set_time;
mod evm_snapshot;
mod json;
mod limits;
mod net_listening;
mod net_peer_count;
mod net_version;
mod object;
mod params;
mod parevm_simulate;
mod personal_sign;
mod replay;
mod signature;
mod testing_build_block_v1;
mod txpool_content;
mod txpool_content_from;
mod txpool_status;
mod typed_data;
mod web3_client_version;
mod web3_sha3;

pub(crate) use calls::header_of;
pub use error::{ErrorCode, RpcError};
pub use json::Json;
use json::reply;
pub use limits::RequestLimits;
pub(crate) use object::{block::head_of, log::logs_of};
pub(crate) use params::Params;

use crate::{
    chain::Chain,
    node::{Node, Pool, RequestContext},
};
use serde_json::Value;

/// What answers a request, by what it needs.
#[derive(Clone, Copy)]
pub(crate) enum Method {
    /// Reads the chain.
    Read(fn(&Chain, &mut Params<'_>) -> Result<Json, RpcError>),
    /// Runs something on the chain, which stays as it is.
    Try(fn(&Chain, &mut Params<'_>, &RequestLimits<'_>) -> Result<Json, RpcError>),
    /// Reads the chain and what waits for it.
    Await(fn(&Chain, &Pool, &mut Params<'_>) -> Result<Json, RpcError>),
    /// Reads a node.
    Look(fn(&Node, &mut Params<'_>) -> Result<Json, RpcError>),
    /// Runs something on a node, which stays as it is.
    Probe(fn(&Node, &mut Params<'_>, &RequestContext<'_>) -> Result<Json, RpcError>),
    /// Takes what is new from a node, which is as before where nothing is.
    Poll(fn(&mut Node, &mut Params<'_>, &RequestContext<'_>) -> Result<Json, RpcError>),
    /// Changes a node.
    Change(fn(&mut Node, &mut Params<'_>, &RequestContext<'_>) -> Result<Json, RpcError>),
}

/// A row for each method: its name, what it needs, and the file that answers.
macro_rules! methods {
    ($($name:literal => $needs:ident $file:ident;)*) => {
        &[$(($name, Method::$needs($file::answer))),*]
    };
}

/// Every method with its name.
const METHODS: &[(&str, Method)] = methods! {
    "anvil_addBalance" => Change anvil_add_balance;
    "anvil_autoImpersonateAccount" => Change anvil_auto_impersonate_account;
    "anvil_dropAllTransactions" => Change anvil_drop_all_transactions;
    "anvil_dropTransaction" => Change anvil_drop_transaction;
    "anvil_getAutomine" => Look anvil_get_automine;
    "anvil_getIntervalMining" => Look anvil_get_interval_mining;
    "anvil_impersonateAccount" => Change anvil_impersonate_account;
    "anvil_increaseTime" => Change evm_increase_time;
    "anvil_metadata" => Look anvil_metadata;
    "anvil_mine" => Change anvil_mine;
    "anvil_nodeInfo" => Look anvil_node_info;
    "anvil_removeBlockTimestampInterval" => Change anvil_remove_block_timestamp_interval;
    "anvil_reset" => Change anvil_reset;
    "anvil_revert" => Change evm_revert;
    "anvil_setAutomine" => Change evm_set_automine;
    "anvil_setBalance" => Change anvil_set_balance;
    "anvil_setBlockGasLimit" => Change evm_set_block_gas_limit;
    "anvil_setBlockTimestampInterval" => Change anvil_set_block_timestamp_interval;
    "anvil_setCode" => Change anvil_set_code;
    "anvil_setCoinbase" => Change anvil_set_coinbase;
    "anvil_setIntervalMining" => Change evm_set_interval_mining;
    "anvil_setLoggingEnabled" => Look anvil_set_logging_enabled;
    "anvil_setNextBlockBaseFeePerGas" => Change anvil_set_next_block_base_fee_per_gas;
    "anvil_setNextBlockTimestamp" => Change evm_set_next_block_timestamp;
    "anvil_setNonce" => Change anvil_set_nonce;
    "anvil_setStorageAt" => Change anvil_set_storage_at;
    "anvil_setTime" => Change evm_set_time;
    "anvil_snapshot" => Change evm_snapshot;
    "anvil_stopImpersonatingAccount" => Change anvil_stop_impersonating_account;
    "debug_getRawBlock" => Read debug_get_raw_block;
    "debug_getRawHeader" => Read debug_get_raw_header;
    "debug_getRawReceipts" => Read debug_get_raw_receipts;
    "debug_getRawTransaction" => Await debug_get_raw_transaction;
    "debug_traceBlockByHash" => Try debug_trace_block_by_hash;
    "debug_traceBlockByNumber" => Try debug_trace_block_by_number;
    "debug_traceCall" => Try debug_trace_call;
    "debug_traceTransaction" => Try debug_trace_transaction;
    "eth_accounts" => Look eth_accounts;
    "eth_baseFee" => Read eth_base_fee;
    "eth_blobBaseFee" => Read eth_blob_base_fee;
    "eth_blockNumber" => Read eth_block_number;
    "eth_call" => Try eth_call;
    "eth_capabilities" => Read eth_capabilities;
    "eth_chainId" => Read eth_chain_id;
    "eth_coinbase" => Look eth_coinbase;
    "eth_config" => Read eth_config;
    "eth_createAccessList" => Try eth_create_access_list;
    "eth_estimateGas" => Try eth_estimate_gas;
    "eth_feeHistory" => Read eth_fee_history;
    "eth_gasPrice" => Look eth_gas_price;
    "eth_getBalance" => Read eth_get_balance;
    "eth_getBlockByHash" => Read eth_get_block_by_hash;
    "eth_getBlockByNumber" => Read eth_get_block_by_number;
    "eth_getBlockReceipts" => Read eth_get_block_receipts;
    "eth_getBlockTransactionCountByHash" => Read eth_get_block_transaction_count_by_hash;
    "eth_getBlockTransactionCountByNumber" => Read eth_get_block_transaction_count_by_number;
    "eth_getCode" => Read eth_get_code;
    "eth_getFilterChanges" => Poll eth_get_filter_changes;
    "eth_getFilterLogs" => Look eth_get_filter_logs;
    "eth_getLogs" => Read eth_get_logs;
    "eth_getProof" => Read eth_get_proof;
    "eth_getRawTransactionByHash" => Await debug_get_raw_transaction;
    "eth_getStorageAt" => Read eth_get_storage_at;
    "eth_getStorageValues" => Read eth_get_storage_values;
    "eth_getTransactionByBlockHashAndIndex" => Read eth_get_transaction_by_block_hash_and_index;
    "eth_getTransactionByBlockNumberAndIndex" => Read eth_get_transaction_by_block_number_and_index;
    "eth_getTransactionByHash" => Await eth_get_transaction_by_hash;
    "eth_getTransactionCount" => Await eth_get_transaction_count;
    "eth_getTransactionReceipt" => Read eth_get_transaction_receipt;
    "eth_getUncleByBlockHashAndIndex" => Read eth_get_uncle_by_block_hash_and_index;
    "eth_getUncleByBlockNumberAndIndex" => Read eth_get_uncle_by_block_number_and_index;
    "eth_getUncleCountByBlockHash" => Read eth_get_uncle_count_by_block_hash;
    "eth_getUncleCountByBlockNumber" => Read eth_get_uncle_count_by_block_number;
    "eth_hashrate" => Read eth_hashrate;
    "eth_maxPriorityFeePerGas" => Look eth_max_priority_fee_per_gas;
    "eth_mining" => Look eth_mining;
    "eth_newBlockFilter" => Change eth_new_block_filter;
    "eth_newFilter" => Change eth_new_filter;
    "eth_newPendingTransactionFilter" => Change eth_new_pending_transaction_filter;
    "eth_protocolVersion" => Read eth_protocol_version;
    "eth_requestAccounts" => Look eth_accounts;
    "eth_sendRawTransaction" => Change eth_send_raw_transaction;
    "eth_sendTransaction" => Change eth_send_transaction;
    "eth_sign" => Look eth_sign;
    "eth_signTransaction" => Probe eth_sign_transaction;
    "eth_signTypedData" => Look eth_sign_typed_data_v4;
    "eth_signTypedData_v4" => Look eth_sign_typed_data_v4;
    "eth_simulateV1" => Try eth_simulate_v1;
    "eth_subscribe" => Change eth_subscribe;
    "eth_syncing" => Read eth_syncing;
    "eth_uninstallFilter" => Change eth_uninstall_filter;
    "eth_unsubscribe" => Change eth_unsubscribe;
    "evm_increaseTime" => Change evm_increase_time;
    "evm_mine" => Change evm_mine;
    "evm_revert" => Change evm_revert;
    "evm_setAccountNonce" => Change anvil_set_nonce;
    "evm_setAutomine" => Change evm_set_automine;
    "evm_setBlockGasLimit" => Change evm_set_block_gas_limit;
    "evm_setIntervalMining" => Change evm_set_interval_mining;
    "evm_setNextBlockTimestamp" => Change evm_set_next_block_timestamp;
    "evm_setTime" => Change evm_set_time;
    "evm_snapshot" => Change evm_snapshot;
    "hardhat_dropTransaction" => Change anvil_drop_transaction;
    "hardhat_getAutomine" => Look anvil_get_automine;
    "hardhat_impersonateAccount" => Change anvil_impersonate_account;
    "hardhat_metadata" => Look anvil_metadata;
    "hardhat_mine" => Change anvil_mine;
    "hardhat_reset" => Change anvil_reset;
    "hardhat_setBalance" => Change anvil_set_balance;
    "hardhat_setCode" => Change anvil_set_code;
    "hardhat_setCoinbase" => Change anvil_set_coinbase;
    "hardhat_setLoggingEnabled" => Look anvil_set_logging_enabled;
    "hardhat_setNextBlockBaseFeePerGas" => Change anvil_set_next_block_base_fee_per_gas;
    "hardhat_setNonce" => Change anvil_set_nonce;
    "hardhat_setStorageAt" => Change anvil_set_storage_at;
    "hardhat_stopImpersonatingAccount" => Change anvil_stop_impersonating_account;
    "net_listening" => Read net_listening;
    "net_peerCount" => Read net_peer_count;
    "net_version" => Read net_version;
    "parevm_simulate" => Try parevm_simulate;
    "personal_sign" => Look personal_sign;
    "testing_buildBlockV1" => Probe testing_build_block_v1;
    "txpool_content" => Look txpool_content;
    "txpool_contentFrom" => Look txpool_content_from;
    "txpool_status" => Look txpool_status;
    "web3_clientVersion" => Read web3_client_version;
    "web3_sha3" => Read web3_sha3;
};

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
/// assert_eq!(rpc::call(&chain, "eth_blockNumber", &[])?.as_str(), "\"0x0\"");
/// assert!(rpc::call(&chain, "eth_moonPhase", &[]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn call(chain: &Chain, name: &str, params: &[Value]) -> Result<Json, RpcError> {
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
) -> Result<Json, RpcError> {
    let params = &mut Params::new(params);
    match method(name)? {
        Method::Read(answer) => answer(chain, params),
        Method::Try(answer) => answer(chain, params, limits),
        Method::Await(answer) => answer(chain, &Pool::default(), params),
        Method::Look(_) | Method::Probe(_) | Method::Poll(_) | Method::Change(_) => {
            Err(RpcError::unknown_method(name))
        }
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
