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
mod anvil_dump_state;
mod anvil_get_automine;
mod anvil_get_blob_by_hash;
mod anvil_get_blobs_by_transaction_hash;
mod anvil_get_genesis_time;
mod anvil_get_interval_mining;
mod anvil_impersonate_account;
mod anvil_load_state;
mod anvil_metadata;
mod anvil_mine;
mod anvil_node_info;
mod anvil_remove_block_timestamp_interval;
mod anvil_remove_pool_transactions;
mod anvil_reorg;
mod anvil_reset;
mod anvil_rollback;
mod anvil_set_balance;
mod anvil_set_block_timestamp_interval;
mod anvil_set_chain_id;
mod anvil_set_code;
mod anvil_set_coinbase;
mod anvil_set_logging_enabled;
mod anvil_set_min_gas_price;
mod anvil_set_next_block_base_fee_per_gas;
mod anvil_set_next_block_prev_randao;
mod anvil_set_nonce;
mod anvil_set_rpc_url;
mod anvil_set_storage_at;
mod anvil_stop_impersonating_account;
mod calls;
mod debug_get_raw_block;
mod debug_get_raw_header;
mod debug_get_raw_receipts;
mod debug_get_raw_transaction;
mod debug_get_raw_transactions;
mod debug_storage_range_at;
mod debug_trace_block;
mod debug_trace_block_by_hash;
mod debug_trace_block_by_number;
mod debug_trace_call;
mod debug_trace_transaction;
mod dump;
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
mod eth_fill_transaction;
mod eth_gas_price;
mod eth_get_account;
mod eth_get_account_info;
mod eth_get_balance;
mod eth_get_block_access_list;
mod eth_get_block_access_list_raw;
mod eth_get_block_by_hash;
mod eth_get_block_by_number;
mod eth_get_block_receipts;
mod eth_get_block_transaction_count_by_hash;
mod eth_get_block_transaction_count_by_number;
mod eth_get_code;
mod eth_get_filter_changes;
mod eth_get_filter_logs;
mod eth_get_header_by_hash;
mod eth_get_header_by_number;
mod eth_get_logs;
mod eth_get_proof;
mod eth_get_raw_transaction_by_block_hash_and_index;
mod eth_get_raw_transaction_by_block_number_and_index;
mod eth_get_storage_at;
mod eth_get_storage_values;
mod eth_get_transaction_by_block_hash_and_index;
mod eth_get_transaction_by_block_number_and_index;
mod eth_get_transaction_by_hash;
mod eth_get_transaction_by_sender_and_nonce;
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
mod eth_pending_transactions;
mod eth_protocol_version;
mod eth_send_raw_transaction;
mod eth_send_raw_transaction_sync;
mod eth_send_transaction;
mod eth_send_transaction_sync;
mod eth_send_unsigned_transaction;
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
mod exact;
mod hardhat_mine;
mod json;
mod limits;
mod log_filter;
mod net_listening;
mod net_peer_count;
mod net_version;
mod object;
mod params;
mod parevm_simulate;
mod personal_sign;
mod replay;
mod rpc_modules;
mod signature;
mod testing_build_block_v1;
mod trace_block;
mod trace_filter;
mod trace_get;
mod trace_transaction;
mod txpool_content;
mod txpool_content_from;
mod txpool_inspect;
mod txpool_status;
mod typed_data;
mod web3_client_version;
mod web3_sha3;

pub use ::parevm_simulate::brief;
pub(crate) use calls::header_of;
pub use error::{ErrorCode, RpcError};
pub use exact::parse_exact;
pub use json::Json;
pub(crate) use json::{at_most, reply};
pub use limits::RequestLimits;
pub(crate) use log_filter::LogFilter;
pub(crate) use object::{
    block::head_of, log::logs_of, receipt::all as receipts_of, waiting::json as waiting_transaction,
};
pub(crate) use params::{Params, is_pending, positional};

use crate::{
    chain::Chain,
    node::{Node, Pool, RequestContext},
};
use serde_json::Value;
use std::fmt;

/// A method of JSON-RPC.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Method {
    /// Name, as in a request.
    pub name: &'static str,
    /// Whose meaning it has.
    pub source: MethodSource,
    /// Name of the file in this folder that answers, without its ending.
    pub file: &'static str,
    handler: Handler,
}

impl Method {
    /// True for a method that leaves the node as it is: [`Node::read`] answers it.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        self.handler.is_read()
    }
}

/// Whose meaning a method has where clients and tools differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MethodSource {
    /// go-ethereum.
    Geth,
    /// Foundry's anvil.
    Anvil,
    /// Hardhat's network (EDR).
    Hardhat,
    /// Reth.
    Reth,
    /// The specification of the execution layer's JSON-RPC.
    ExecutionApis,
    /// This crate.
    Parevm,
}

impl fmt::Display for MethodSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Geth => "geth",
            Self::Anvil => "anvil",
            Self::Hardhat => "hardhat",
            Self::Reth => "reth",
            Self::ExecutionApis => "execution-apis",
            Self::Parevm => "parevm",
        })
    }
}

/// Answer about a transaction that was sent: its receipt, or why there is none yet.
pub(crate) type SendResult = Result<Json, RpcError>;

/// What answers a request, by what it needs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Handler {
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
    /// Changes a node, which takes no memory for it that lasts: answered also by a node that has no more.
    Free(fn(&mut Node, &mut Params<'_>, &RequestContext<'_>) -> Result<Json, RpcError>),
    /// Changes a node.
    Change(fn(&mut Node, &mut Params<'_>, &RequestContext<'_>) -> Result<Json, RpcError>),
    /// Sends a transaction, which stays sent where only the inner result is an error.
    Send(fn(&mut Node, &mut Params<'_>, &RequestContext<'_>) -> Result<SendResult, RpcError>),
}

impl Handler {
    /// True where the node stays as it is.
    pub(crate) const fn is_read(self) -> bool {
        match self {
            Self::Read(_) | Self::Try(_) | Self::Await(_) | Self::Look(_) | Self::Probe(_) => true,
            Self::Free(_) | Self::Change(_) | Self::Send(_) => false,
        }
    }
}

/// A row for each method: its name, what it needs, the file that answers, and whose meaning it has.
macro_rules! methods {
    ($($name:literal => $needs:ident $file:ident, $source:ident;)*) => {
        &[$(Method {
            name: $name,
            source: MethodSource::$source,
            file: stringify!($file),
            handler: Handler::$needs($file::answer),
        }),*]
    };
}

/// Every method, in order of names. docs/methods.md is written from it.
const METHODS: &[Method] = methods! {
    "anvil_addBalance" => Change anvil_add_balance, Anvil;
    "anvil_autoImpersonateAccount" => Change anvil_auto_impersonate_account, Anvil;
    "anvil_dropAllTransactions" => Free anvil_drop_all_transactions, Anvil;
    "anvil_dropTransaction" => Free anvil_drop_transaction, Anvil;
    "anvil_dumpState" => Look anvil_dump_state, Anvil;
    "anvil_getAutomine" => Look anvil_get_automine, Anvil;
    "anvil_getBlobByHash" => Look anvil_get_blob_by_hash, Anvil;
    "anvil_getBlobsByTransactionHash" => Look anvil_get_blobs_by_transaction_hash, Anvil;
    "anvil_getGenesisTime" => Read anvil_get_genesis_time, Anvil;
    "anvil_getIntervalMining" => Look anvil_get_interval_mining, Anvil;
    "anvil_impersonateAccount" => Change anvil_impersonate_account, Anvil;
    "anvil_increaseTime" => Change evm_increase_time, Anvil;
    "anvil_loadState" => Change anvil_load_state, Anvil;
    "anvil_metadata" => Look anvil_metadata, Anvil;
    "anvil_mine" => Change anvil_mine, Anvil;
    "anvil_nodeInfo" => Look anvil_node_info, Anvil;
    "anvil_removeBlockTimestampInterval" => Change anvil_remove_block_timestamp_interval, Anvil;
    "anvil_removePoolTransactions" => Free anvil_remove_pool_transactions, Anvil;
    "anvil_reorg" => Change anvil_reorg, Anvil;
    "anvil_reset" => Free anvil_reset, Anvil;
    "anvil_revert" => Free evm_revert, Anvil;
    "anvil_rollback" => Free anvil_rollback, Anvil;
    "anvil_setAutomine" => Change evm_set_automine, Anvil;
    "anvil_setBalance" => Change anvil_set_balance, Anvil;
    "anvil_setBlockGasLimit" => Change evm_set_block_gas_limit, Anvil;
    "anvil_setBlockTimestampInterval" => Change anvil_set_block_timestamp_interval, Anvil;
    "anvil_setChainId" => Change anvil_set_chain_id, Anvil;
    "anvil_setCode" => Change anvil_set_code, Anvil;
    "anvil_setCoinbase" => Change anvil_set_coinbase, Anvil;
    "anvil_setIntervalMining" => Change evm_set_interval_mining, Anvil;
    "anvil_setLoggingEnabled" => Look anvil_set_logging_enabled, Anvil;
    "anvil_setMinGasPrice" => Change anvil_set_min_gas_price, Anvil;
    "anvil_setNextBlockBaseFeePerGas" => Change anvil_set_next_block_base_fee_per_gas, Anvil;
    "anvil_setNextBlockPrevRandao" => Change anvil_set_next_block_prev_randao, Anvil;
    "anvil_setNextBlockTimestamp" => Change evm_set_next_block_timestamp, Anvil;
    "anvil_setNonce" => Change anvil_set_nonce, Anvil;
    "anvil_setRpcUrl" => Look anvil_set_rpc_url, Anvil;
    "anvil_setStorageAt" => Change anvil_set_storage_at, Anvil;
    "anvil_setTime" => Change evm_set_time, Anvil;
    "anvil_snapshot" => Change evm_snapshot, Anvil;
    "anvil_stopImpersonatingAccount" => Free anvil_stop_impersonating_account, Anvil;
    "debug_clearTxpool" => Free anvil_drop_all_transactions, Geth;
    "debug_getRawBlock" => Read debug_get_raw_block, Geth;
    "debug_getRawHeader" => Read debug_get_raw_header, Geth;
    "debug_getRawReceipts" => Read debug_get_raw_receipts, Geth;
    "debug_getRawTransaction" => Await debug_get_raw_transaction, Geth;
    "debug_getRawTransactions" => Read debug_get_raw_transactions, Reth;
    "debug_storageRangeAt" => Try debug_storage_range_at, Geth;
    "debug_traceBlock" => Try debug_trace_block, Geth;
    "debug_traceBlockByHash" => Try debug_trace_block_by_hash, Geth;
    "debug_traceBlockByNumber" => Try debug_trace_block_by_number, Geth;
    "debug_traceCall" => Try debug_trace_call, Geth;
    "debug_traceTransaction" => Try debug_trace_transaction, Geth;
    "eth_accounts" => Look eth_accounts, Geth;
    "eth_baseFee" => Read eth_base_fee, Geth;
    "eth_blobBaseFee" => Read eth_blob_base_fee, Geth;
    "eth_blockNumber" => Read eth_block_number, Geth;
    "eth_call" => Try eth_call, Geth;
    "eth_capabilities" => Read eth_capabilities, ExecutionApis;
    "eth_chainId" => Read eth_chain_id, Geth;
    "eth_coinbase" => Look eth_coinbase, Geth;
    "eth_config" => Read eth_config, Geth;
    "eth_createAccessList" => Try eth_create_access_list, Geth;
    "eth_estimateGas" => Try eth_estimate_gas, Geth;
    "eth_feeHistory" => Read eth_fee_history, Geth;
    "eth_fillTransaction" => Probe eth_fill_transaction, Geth;
    "eth_gasPrice" => Look eth_gas_price, Geth;
    "eth_getAccount" => Read eth_get_account, Anvil;
    "eth_getAccountInfo" => Read eth_get_account_info, Anvil;
    "eth_getBalance" => Read eth_get_balance, Geth;
    "eth_getBlockAccessList" => Try eth_get_block_access_list, ExecutionApis;
    "eth_getBlockAccessListByBlockHash" => Try eth_get_block_access_list, Anvil;
    "eth_getBlockAccessListByBlockNumber" => Try eth_get_block_access_list, Anvil;
    "eth_getBlockAccessListRaw" => Try eth_get_block_access_list_raw, Anvil;
    "eth_getBlockByHash" => Read eth_get_block_by_hash, Geth;
    "eth_getBlockByNumber" => Read eth_get_block_by_number, Geth;
    "eth_getBlockReceipts" => Read eth_get_block_receipts, Geth;
    "eth_getBlockTransactionCountByHash" => Read eth_get_block_transaction_count_by_hash, Geth;
    "eth_getBlockTransactionCountByNumber" => Read eth_get_block_transaction_count_by_number, Geth;
    "eth_getCode" => Read eth_get_code, Geth;
    "eth_getFilterChanges" => Free eth_get_filter_changes, Geth;
    "eth_getFilterLogs" => Probe eth_get_filter_logs, Geth;
    "eth_getHeaderByHash" => Read eth_get_header_by_hash, Geth;
    "eth_getHeaderByNumber" => Read eth_get_header_by_number, Geth;
    "eth_getLogs" => Read eth_get_logs, Geth;
    "eth_getProof" => Read eth_get_proof, Geth;
    "eth_getRawTransactionByBlockHashAndIndex" => Read eth_get_raw_transaction_by_block_hash_and_index, Anvil;
    "eth_getRawTransactionByBlockNumberAndIndex" => Read eth_get_raw_transaction_by_block_number_and_index, Anvil;
    "eth_getRawTransactionByHash" => Await debug_get_raw_transaction, Geth;
    "eth_getStorageAt" => Read eth_get_storage_at, Geth;
    "eth_getStorageValues" => Read eth_get_storage_values, ExecutionApis;
    "eth_getTransactionByBlockHashAndIndex" => Read eth_get_transaction_by_block_hash_and_index, Geth;
    "eth_getTransactionByBlockNumberAndIndex" => Read eth_get_transaction_by_block_number_and_index, Geth;
    "eth_getTransactionByHash" => Await eth_get_transaction_by_hash, Geth;
    "eth_getTransactionBySenderAndNonce" => Await eth_get_transaction_by_sender_and_nonce, Anvil;
    "eth_getTransactionCount" => Await eth_get_transaction_count, Geth;
    "eth_getTransactionReceipt" => Read eth_get_transaction_receipt, Geth;
    "eth_getUncleByBlockHashAndIndex" => Read eth_get_uncle_by_block_hash_and_index, Geth;
    "eth_getUncleByBlockNumberAndIndex" => Read eth_get_uncle_by_block_number_and_index, Geth;
    "eth_getUncleCountByBlockHash" => Read eth_get_uncle_count_by_block_hash, Geth;
    "eth_getUncleCountByBlockNumber" => Read eth_get_uncle_count_by_block_number, Geth;
    "eth_hashrate" => Read eth_hashrate, Geth;
    "eth_maxPriorityFeePerGas" => Look eth_max_priority_fee_per_gas, Geth;
    "eth_mining" => Look eth_mining, Geth;
    "eth_networkId" => Read net_version, Anvil;
    "eth_newBlockFilter" => Change eth_new_block_filter, Geth;
    "eth_newFilter" => Change eth_new_filter, Geth;
    "eth_newPendingTransactionFilter" => Change eth_new_pending_transaction_filter, Geth;
    "eth_pendingTransactions" => Look eth_pending_transactions, Anvil;
    "eth_protocolVersion" => Read eth_protocol_version, Geth;
    "eth_requestAccounts" => Look eth_accounts, Anvil;
    "eth_sendRawTransaction" => Change eth_send_raw_transaction, Geth;
    "eth_sendRawTransactionSync" => Send eth_send_raw_transaction_sync, Geth;
    "eth_sendTransaction" => Change eth_send_transaction, Geth;
    "eth_sendTransactionSync" => Send eth_send_transaction_sync, Anvil;
    "eth_sendUnsignedTransaction" => Change eth_send_unsigned_transaction, Anvil;
    "eth_sign" => Look eth_sign, Geth;
    "eth_signTransaction" => Probe eth_sign_transaction, Geth;
    "eth_signTypedData" => Look eth_sign_typed_data_v4, Anvil;
    "eth_signTypedData_v3" => Look eth_sign_typed_data_v4, Anvil;
    "eth_signTypedData_v4" => Look eth_sign_typed_data_v4, Anvil;
    "eth_simulateV1" => Try eth_simulate_v1, Geth;
    "eth_subscribe" => Change eth_subscribe, Geth;
    "eth_syncing" => Read eth_syncing, Geth;
    "eth_uninstallFilter" => Free eth_uninstall_filter, Geth;
    "eth_unsubscribe" => Free eth_unsubscribe, Geth;
    "evm_increaseTime" => Change evm_increase_time, Anvil;
    "evm_mine" => Change evm_mine, Anvil;
    "evm_revert" => Free evm_revert, Anvil;
    "evm_setAccountNonce" => Change anvil_set_nonce, Anvil;
    "evm_setAutomine" => Change evm_set_automine, Anvil;
    "evm_setBlockGasLimit" => Change evm_set_block_gas_limit, Anvil;
    "evm_setIntervalMining" => Change evm_set_interval_mining, Anvil;
    "evm_setNextBlockTimestamp" => Change evm_set_next_block_timestamp, Anvil;
    "evm_setTime" => Change evm_set_time, Anvil;
    "evm_snapshot" => Change evm_snapshot, Anvil;
    "hardhat_addBalance" => Change anvil_add_balance, Anvil;
    "hardhat_autoImpersonateAccount" => Change anvil_auto_impersonate_account, Anvil;
    "hardhat_dropAllTransactions" => Free anvil_drop_all_transactions, Anvil;
    "hardhat_dropTransaction" => Free anvil_drop_transaction, Hardhat;
    "hardhat_dumpState" => Look anvil_dump_state, Anvil;
    "hardhat_getAutomine" => Look anvil_get_automine, Hardhat;
    "hardhat_impersonateAccount" => Change anvil_impersonate_account, Hardhat;
    "hardhat_loadState" => Change anvil_load_state, Anvil;
    "hardhat_metadata" => Look anvil_metadata, Hardhat;
    "hardhat_mine" => Change hardhat_mine, Hardhat;
    "hardhat_reset" => Free anvil_reset, Hardhat;
    "hardhat_setBalance" => Change anvil_set_balance, Hardhat;
    "hardhat_setCode" => Change anvil_set_code, Hardhat;
    "hardhat_setCoinbase" => Change anvil_set_coinbase, Hardhat;
    "hardhat_setLoggingEnabled" => Look anvil_set_logging_enabled, Hardhat;
    "hardhat_setMinGasPrice" => Change anvil_set_min_gas_price, Hardhat;
    "hardhat_setNextBlockBaseFeePerGas" => Change anvil_set_next_block_base_fee_per_gas, Hardhat;
    "hardhat_setNonce" => Change anvil_set_nonce, Hardhat;
    "hardhat_setPrevRandao" => Change anvil_set_next_block_prev_randao, Hardhat;
    "hardhat_setStorageAt" => Change anvil_set_storage_at, Hardhat;
    "hardhat_stopImpersonatingAccount" => Free anvil_stop_impersonating_account, Hardhat;
    "net_listening" => Read net_listening, Geth;
    "net_peerCount" => Read net_peer_count, Geth;
    "net_version" => Read net_version, Geth;
    "parevm_simulate" => Try parevm_simulate, Parevm;
    "personal_sign" => Look personal_sign, Anvil;
    "rpc_modules" => Read rpc_modules, Geth;
    "tenderly_addBalance" => Change anvil_add_balance, Anvil;
    "tenderly_setBalance" => Change anvil_set_balance, Anvil;
    "testing_buildBlockV1" => Probe testing_build_block_v1, ExecutionApis;
    "trace_block" => Try trace_block, Anvil;
    "trace_filter" => Try trace_filter, Anvil;
    "trace_get" => Try trace_get, Anvil;
    "trace_transaction" => Try trace_transaction, Anvil;
    "txpool_content" => Look txpool_content, Geth;
    "txpool_contentFrom" => Look txpool_content_from, Geth;
    "txpool_inspect" => Look txpool_inspect, Geth;
    "txpool_status" => Look txpool_status, Geth;
    "web3_clientVersion" => Read web3_client_version, Geth;
    "web3_sha3" => Read web3_sha3, Geth;
};

/// Every method, in order of names.
pub fn methods() -> impl Iterator<Item = &'static Method> {
    METHODS.iter()
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
/// As [`call`], and what says that a limit was met: -32016 for the time, -32005 for the memory, -32003 for the
/// bytes of the answer.
pub fn call_within(
    chain: &Chain,
    name: &str,
    params: &[Value],
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let params = &mut Params::new(params, *limits);
    let answer = match method(name)? {
        Handler::Read(answer) => answer(chain, params),
        Handler::Try(answer) => answer(chain, params, limits),
        Handler::Await(answer) => answer(chain, &Pool::default(), params),
        Handler::Look(_)
        | Handler::Probe(_)
        | Handler::Free(_)
        | Handler::Change(_)
        | Handler::Send(_) => Err(RpcError::unknown_method(name)),
    };
    at_most(answer, limits.answer_bytes)
}

/// What answers the method with this name.
pub(crate) fn method(name: &str) -> Result<Handler, RpcError> {
    METHODS
        .iter()
        .find(|method| method.name == name)
        .map(|method| method.handler)
        .ok_or_else(|| RpcError::unknown_method(name))
}
