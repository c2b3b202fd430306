//! Table of methods: the index of this folder.

use super::method::{Handler, Method, MethodSource};
use crate::request::RpcError;

/// Row of the table: name, kind of handler, file and origin of a method, and `simulate` where every build has it.
macro_rules! methods {
    ($($name:literal => $needs:ident $file:ident, $source:ident $(, $build:ident)?;)*) => {
        &[$(Method {
            name: $name,
            source: MethodSource::$source,
            file: stringify!($file),
            handler: handler!($needs $file $($build)?),
        }),*]
    };
}

/// Handler of a row: none in a build without the feature `dev`, unless the row is marked.
macro_rules! handler {
    ($needs:ident $file:ident simulate) => {
        Some(Handler::$needs(super::$file::answer))
    };
    ($needs:ident $file:ident) => {
        match cfg!(feature = "dev") {
            true => Some(Handler::$needs(super::$file::answer)),
            false => None,
        }
    };
}

/// Methods in order of names. docs/methods.md is generated from this table.
const METHODS: &[Method] = methods! {
    "anvil_addBalance" => Write anvil_add_balance, Anvil;
    "anvil_autoImpersonateAccount" => Write anvil_auto_impersonate_account, Anvil;
    "anvil_dropAllTransactions" => Release anvil_drop_all_transactions, Anvil;
    "anvil_dropTransaction" => Release anvil_drop_transaction, Anvil;
    "anvil_dumpState" => ReadNode anvil_dump_state, Anvil;
    "anvil_getAutomine" => ReadNode anvil_get_automine, Anvil;
    "anvil_getBlobByHash" => ReadNode anvil_get_blob_by_hash, Anvil;
    "anvil_getBlobsByTransactionHash" => ReadNode anvil_get_blobs_by_transaction_hash, Anvil;
    "anvil_getGenesisTime" => ReadChain anvil_get_genesis_time, Anvil;
    "anvil_getIntervalMining" => ReadNode anvil_get_interval_mining, Anvil;
    "anvil_impersonateAccount" => Write anvil_impersonate_account, Anvil;
    "anvil_increaseTime" => Write evm_increase_time, Anvil;
    "anvil_loadState" => Write anvil_load_state, Anvil;
    "anvil_metadata" => ReadNode anvil_metadata, Anvil;
    "anvil_mine" => Write anvil_mine, Anvil;
    "anvil_nodeInfo" => ReadNode anvil_node_info, Anvil;
    "anvil_removeBlockTimestampInterval" => Write anvil_remove_block_timestamp_interval, Anvil;
    "anvil_removePoolTransactions" => Release anvil_remove_pool_transactions, Anvil;
    "anvil_reorg" => Write anvil_reorg, Anvil;
    "anvil_reset" => Release anvil_reset, Anvil;
    "anvil_revert" => Release evm_revert, Anvil;
    "anvil_rollback" => Release anvil_rollback, Anvil;
    "anvil_setAutomine" => Write evm_set_automine, Anvil;
    "anvil_setBalance" => Write anvil_set_balance, Anvil;
    "anvil_setBlockGasLimit" => Write evm_set_block_gas_limit, Anvil;
    "anvil_setBlockTimestampInterval" => Write anvil_set_block_timestamp_interval, Anvil;
    "anvil_setChainId" => Write anvil_set_chain_id, Anvil;
    "anvil_setCode" => Write anvil_set_code, Anvil;
    "anvil_setCoinbase" => Write anvil_set_coinbase, Anvil;
    "anvil_setIntervalMining" => Write evm_set_interval_mining, Anvil;
    "anvil_setLoggingEnabled" => ReadNode anvil_set_logging_enabled, Anvil;
    "anvil_setMinGasPrice" => Write anvil_set_min_gas_price, Anvil;
    "anvil_setNextBlockBaseFeePerGas" => Write anvil_set_next_block_base_fee_per_gas, Anvil;
    "anvil_setNextBlockPrevRandao" => Write anvil_set_next_block_prev_randao, Anvil;
    "anvil_setNextBlockTimestamp" => Write evm_set_next_block_timestamp, Anvil;
    "anvil_setNonce" => Write anvil_set_nonce, Anvil;
    "anvil_setRpcUrl" => ReadNode anvil_set_rpc_url, Anvil;
    "anvil_setStorageAt" => Write anvil_set_storage_at, Anvil;
    "anvil_setTime" => Write evm_set_time, Anvil;
    "anvil_snapshot" => Write evm_snapshot, Anvil;
    "anvil_stopImpersonatingAccount" => Release anvil_stop_impersonating_account, Anvil;
    "debug_clearTxpool" => Release anvil_drop_all_transactions, Geth;
    "debug_getRawBlock" => ReadChain debug_get_raw_block, Geth;
    "debug_getRawHeader" => ReadChain debug_get_raw_header, Geth;
    "debug_getRawReceipts" => ReadChain debug_get_raw_receipts, Geth;
    "debug_getRawTransaction" => ReadPool debug_get_raw_transaction, Geth;
    "debug_getRawTransactions" => ReadChain debug_get_raw_transactions, Reth;
    "debug_storageRangeAt" => CallChain debug_storage_range_at, Geth;
    "debug_traceBlock" => CallChain debug_trace_block, Geth;
    "debug_traceBlockByHash" => CallChain debug_trace_block_by_hash, Geth;
    "debug_traceBlockByNumber" => CallChain debug_trace_block_by_number, Geth;
    "debug_traceCall" => CallChain debug_trace_call, Geth, simulate;
    "debug_traceTransaction" => CallChain debug_trace_transaction, Geth;
    "eth_accounts" => ReadNode eth_accounts, Geth;
    "eth_baseFee" => ReadChain eth_base_fee, Geth, simulate;
    "eth_blobBaseFee" => ReadChain eth_blob_base_fee, Geth, simulate;
    "eth_blockNumber" => ReadChain eth_block_number, Geth, simulate;
    "eth_call" => CallChain eth_call, Geth, simulate;
    "eth_capabilities" => ReadChain eth_capabilities, ExecutionApis;
    "eth_chainId" => ReadChain eth_chain_id, Geth, simulate;
    "eth_coinbase" => ReadNode eth_coinbase, Geth;
    "eth_config" => ReadChain eth_config, Geth;
    "eth_createAccessList" => CallChain eth_create_access_list, Geth, simulate;
    "eth_estimateGas" => CallChain eth_estimate_gas, Geth, simulate;
    "eth_feeHistory" => ReadChain eth_fee_history, Geth, simulate;
    "eth_fillTransaction" => CallNode eth_fill_transaction, Geth;
    "eth_gasPrice" => ReadNode eth_gas_price, Geth, simulate;
    "eth_getAccount" => ReadChain eth_get_account, Anvil;
    "eth_getAccountInfo" => ReadChain eth_get_account_info, Anvil;
    "eth_getBalance" => ReadChain eth_get_balance, Geth, simulate;
    "eth_getBlockAccessList" => CallChain eth_get_block_access_list, ExecutionApis;
    "eth_getBlockAccessListByBlockHash" => CallChain eth_get_block_access_list, Anvil;
    "eth_getBlockAccessListByBlockNumber" => CallChain eth_get_block_access_list, Anvil;
    "eth_getBlockAccessListRaw" => CallChain eth_get_block_access_list_raw, Anvil;
    "eth_getBlockByHash" => ReadChain eth_get_block_by_hash, Geth, simulate;
    "eth_getBlockByNumber" => ReadChain eth_get_block_by_number, Geth, simulate;
    "eth_getBlockReceipts" => ReadChain eth_get_block_receipts, Geth;
    "eth_getBlockTransactionCountByHash" => ReadChain eth_get_block_transaction_count_by_hash, Geth;
    "eth_getBlockTransactionCountByNumber" => ReadChain eth_get_block_transaction_count_by_number, Geth;
    "eth_getCode" => ReadChain eth_get_code, Geth, simulate;
    "eth_getFilterChanges" => Release eth_get_filter_changes, Geth;
    "eth_getFilterLogs" => CallNode eth_get_filter_logs, Geth;
    "eth_getHeaderByHash" => ReadChain eth_get_header_by_hash, Geth, simulate;
    "eth_getHeaderByNumber" => ReadChain eth_get_header_by_number, Geth, simulate;
    "eth_getLogs" => ReadChain eth_get_logs, Geth;
    "eth_getProof" => ReadChain eth_get_proof, Geth;
    "eth_getRawTransactionByBlockHashAndIndex" => ReadChain eth_get_raw_transaction_by_block_hash_and_index, Anvil;
    "eth_getRawTransactionByBlockNumberAndIndex" => ReadChain eth_get_raw_transaction_by_block_number_and_index, Anvil;
    "eth_getRawTransactionByHash" => ReadPool debug_get_raw_transaction, Geth;
    "eth_getStorageAt" => ReadChain eth_get_storage_at, Geth, simulate;
    "eth_getStorageValues" => ReadChain eth_get_storage_values, ExecutionApis;
    "eth_getTransactionByBlockHashAndIndex" => ReadChain eth_get_transaction_by_block_hash_and_index, Geth;
    "eth_getTransactionByBlockNumberAndIndex" => ReadChain eth_get_transaction_by_block_number_and_index, Geth;
    "eth_getTransactionByHash" => ReadPool eth_get_transaction_by_hash, Geth;
    "eth_getTransactionBySenderAndNonce" => ReadPool eth_get_transaction_by_sender_and_nonce, Anvil;
    "eth_getTransactionCount" => ReadPool eth_get_transaction_count, Geth, simulate;
    "eth_getTransactionReceipt" => ReadChain eth_get_transaction_receipt, Geth;
    "eth_getUncleByBlockHashAndIndex" => ReadChain eth_get_uncle_by_block_hash_and_index, Geth;
    "eth_getUncleByBlockNumberAndIndex" => ReadChain eth_get_uncle_by_block_number_and_index, Geth;
    "eth_getUncleCountByBlockHash" => ReadChain eth_get_uncle_count_by_block_hash, Geth;
    "eth_getUncleCountByBlockNumber" => ReadChain eth_get_uncle_count_by_block_number, Geth;
    "eth_hashrate" => ReadChain eth_hashrate, Geth;
    "eth_maxPriorityFeePerGas" => ReadNode eth_max_priority_fee_per_gas, Geth, simulate;
    "eth_mining" => ReadNode eth_mining, Geth;
    "eth_networkId" => ReadChain net_version, Anvil, simulate;
    "eth_newBlockFilter" => Write eth_new_block_filter, Geth;
    "eth_newFilter" => Write eth_new_filter, Geth;
    "eth_newPendingTransactionFilter" => Write eth_new_pending_transaction_filter, Geth;
    "eth_pendingTransactions" => ReadNode eth_pending_transactions, Anvil;
    "eth_protocolVersion" => ReadChain eth_protocol_version, Geth;
    "eth_requestAccounts" => ReadNode eth_accounts, Anvil;
    "eth_sendRawTransaction" => Write eth_send_raw_transaction, Geth;
    "eth_sendRawTransactionSync" => Send eth_send_raw_transaction_sync, Geth;
    "eth_sendTransaction" => Write eth_send_transaction, Geth;
    "eth_sendTransactionSync" => Send eth_send_transaction_sync, Anvil;
    "eth_sendUnsignedTransaction" => Write eth_send_unsigned_transaction, Anvil;
    "eth_sign" => ReadNode eth_sign, Geth;
    "eth_signTransaction" => CallNode eth_sign_transaction, Geth;
    "eth_signTypedData" => ReadNode eth_sign_typed_data_v4, Anvil;
    "eth_signTypedData_v3" => ReadNode eth_sign_typed_data_v4, Anvil;
    "eth_signTypedData_v4" => ReadNode eth_sign_typed_data_v4, Anvil;
    "eth_simulateV1" => CallChain eth_simulate_v1, Geth, simulate;
    "eth_subscribe" => Write eth_subscribe, Geth;
    "eth_syncing" => ReadChain eth_syncing, Geth, simulate;
    "eth_uninstallFilter" => Release eth_uninstall_filter, Geth;
    "eth_unsubscribe" => Release eth_unsubscribe, Geth;
    "evm_increaseTime" => Write evm_increase_time, Anvil;
    "evm_mine" => Write evm_mine, Anvil;
    "evm_revert" => Release evm_revert, Anvil;
    "evm_setAccountNonce" => Write anvil_set_nonce, Anvil;
    "evm_setAutomine" => Write evm_set_automine, Anvil;
    "evm_setBlockGasLimit" => Write evm_set_block_gas_limit, Anvil;
    "evm_setIntervalMining" => Write evm_set_interval_mining, Anvil;
    "evm_setNextBlockTimestamp" => Write evm_set_next_block_timestamp, Anvil;
    "evm_setTime" => Write evm_set_time, Anvil;
    "evm_snapshot" => Write evm_snapshot, Anvil;
    "hardhat_addBalance" => Write anvil_add_balance, Anvil;
    "hardhat_autoImpersonateAccount" => Write anvil_auto_impersonate_account, Anvil;
    "hardhat_dropAllTransactions" => Release anvil_drop_all_transactions, Anvil;
    "hardhat_dropTransaction" => Release anvil_drop_transaction, Hardhat;
    "hardhat_dumpState" => ReadNode anvil_dump_state, Anvil;
    "hardhat_getAutomine" => ReadNode anvil_get_automine, Hardhat;
    "hardhat_impersonateAccount" => Write anvil_impersonate_account, Hardhat;
    "hardhat_loadState" => Write anvil_load_state, Anvil;
    "hardhat_metadata" => ReadNode anvil_metadata, Hardhat;
    "hardhat_mine" => Write hardhat_mine, Hardhat;
    "hardhat_reset" => Release anvil_reset, Hardhat;
    "hardhat_setBalance" => Write anvil_set_balance, Hardhat;
    "hardhat_setCode" => Write anvil_set_code, Hardhat;
    "hardhat_setCoinbase" => Write anvil_set_coinbase, Hardhat;
    "hardhat_setLoggingEnabled" => ReadNode anvil_set_logging_enabled, Hardhat;
    "hardhat_setMinGasPrice" => Write anvil_set_min_gas_price, Hardhat;
    "hardhat_setNextBlockBaseFeePerGas" => Write anvil_set_next_block_base_fee_per_gas, Hardhat;
    "hardhat_setNonce" => Write anvil_set_nonce, Hardhat;
    "hardhat_setPrevRandao" => Write anvil_set_next_block_prev_randao, Hardhat;
    "hardhat_setStorageAt" => Write anvil_set_storage_at, Hardhat;
    "hardhat_stopImpersonatingAccount" => Release anvil_stop_impersonating_account, Hardhat;
    "net_listening" => ReadChain net_listening, Geth, simulate;
    "net_peerCount" => ReadChain net_peer_count, Geth, simulate;
    "net_version" => ReadChain net_version, Geth, simulate;
    "parevm_simulate" => CallChain parevm_simulate, Parevm, simulate;
    "personal_sign" => ReadNode personal_sign, Anvil;
    "rpc_modules" => ReadChain rpc_modules, Geth, simulate;
    "tenderly_addBalance" => Write anvil_add_balance, Anvil;
    "tenderly_setBalance" => Write anvil_set_balance, Anvil;
    "testing_buildBlockV1" => CallNode testing_build_block_v1, ExecutionApis;
    "trace_block" => CallChain trace_block, Anvil;
    "trace_filter" => CallChain trace_filter, Anvil;
    "trace_get" => CallChain trace_get, Anvil;
    "trace_transaction" => CallChain trace_transaction, Anvil;
    "txpool_content" => ReadNode txpool_content, Geth;
    "txpool_contentFrom" => ReadNode txpool_content_from, Geth;
    "txpool_inspect" => ReadNode txpool_inspect, Geth;
    "txpool_status" => ReadNode txpool_status, Geth;
    "web3_clientVersion" => ReadChain web3_client_version, Geth, simulate;
    "web3_sha3" => ReadChain web3_sha3, Geth, simulate;
};

/// Returns the methods of this build in order of names.
pub fn methods() -> impl Iterator<Item = &'static Method> {
    METHODS.iter().filter(|method| method.handler.is_some())
}

/// Returns the handler of the method with this name.
///
/// # Errors
///
/// [`RpcError`]: there is no such method, or this build leaves it out.
pub(crate) fn method(name: &str) -> Result<Handler, RpcError> {
    let method = METHODS.iter().find(|method| method.name == name);
    let method = method.ok_or_else(|| RpcError::unknown_method(name))?;
    method.handler.ok_or_else(|| RpcError::left_out(name))
}
