//! The shapes in which results cross to JavaScript.
//!
//! These are the package's own result types: `js/src/type/wire.ts` is written
//! from them (see the test below), under viem's names where viem has one.
//! Quantities are `bigint`, indices and counts `number`, bytes `0x` hex.

use alloy_primitives::{Address, B256, Bloom, Bytes, U256};
use serde::Serialize;

use super::wire_bal::{BalAccount, BalMismatch};
use super::wire_number::{bigint, number};
use super::wire_timeline::Incarnation;

/// Outcome of a block.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct BlockOutcome {
    /// Height of the block.
    #[cfg_attr(test, ts(type = "bigint"))]
    pub number: u64,
    /// Receipts in block order.
    pub receipts: Vec<Receipt>,
    /// Gas used by all transactions, in gas units.
    #[cfg_attr(test, ts(type = "bigint"))]
    pub gas_used: u64,
    /// Blob gas used by all transactions, in blob gas units.
    #[cfg_attr(test, ts(type = "bigint"))]
    pub blob_gas_used: u64,
    /// Bloom over all logs.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub logs_bloom: Bloom,
    /// Root of the receipt trie; `null` before Byzantium, where receipts hold state roots.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub receipts_root: Option<B256>,
    /// Hash of the requests (EIP-7685); `null` before Prague and where a system contract is missing.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub requests_hash: Option<B256>,
    /// Comparison with the header.
    pub checks: HeaderChecks,
    /// Changed accounts, sorted by address.
    pub state_diff: Vec<AccountChange>,
    /// Block access list (EIP-7928), sorted by address; `null` unless requested.
    pub block_access_list: Option<Vec<BalAccount>>,
    /// Executor and threads, with the reason for them.
    pub plan: ExecutionPlan,
    /// Counts of the execution.
    pub statistics: ExecutionStatistics,
    /// Incarnations, by transaction and then by time; `null` unless requested.
    pub timeline: Option<Vec<Incarnation>>,
    /// Execution time in milliseconds: from the decoded block and state to receipts and state diff.
    pub time_ms: f64,
}

/// Whether the outcome equals the header; `null` where the header or the state lacks what to compare.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct HeaderChecks {
    /// Gas used.
    pub gas_used: Option<bool>,
    /// Root of the receipt trie.
    pub receipts_root: Option<bool>,
    /// Bloom over all logs.
    pub logs_bloom: Option<bool>,
    /// Hash of the requests (EIP-7685).
    pub requests_hash: Option<bool>,
    /// Root of the state after the block.
    pub state_root: Option<bool>,
}

/// Receipt of one transaction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Receipt {
    /// Hash of the transaction; `null` where the input had neither hash nor signature.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub transaction_hash: Option<B256>,
    /// Position in the block, from zero.
    pub transaction_index: u32,
    /// Type of the transaction.
    pub r#type: TransactionType,
    /// Sender.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub from: Address,
    /// Receiver; `null` for a contract creation.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub to: Option<Address>,
    /// Address of the created contract; `null` for other transactions.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub contract_address: Option<Address>,
    /// `reverted` where the transaction reverted or halted.
    pub status: ReceiptStatus,
    /// Gas used by this transaction, in gas units.
    #[cfg_attr(test, ts(type = "bigint"))]
    pub gas_used: u64,
    /// Gas used by this transaction and all lower ones, in gas units.
    #[cfg_attr(test, ts(type = "bigint"))]
    pub cumulative_gas_used: u64,
    /// Wei per gas that the sender paid.
    #[cfg_attr(test, ts(type = "bigint"))]
    pub effective_gas_price: u128,
    /// Blob gas used by this transaction, in blob gas units.
    #[cfg_attr(test, ts(type = "bigint"))]
    pub blob_gas_used: u64,
    /// Bloom over the logs.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub logs_bloom: Bloom,
    /// Logs in the order of their emission.
    pub logs: Vec<ReceiptLog>,
}

/// Type of a transaction.
#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) enum TransactionType {
    Legacy,
    Eip2930,
    Eip1559,
    Eip4844,
    Eip7702,
}

/// Status of a transaction.
#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) enum ReceiptStatus {
    Success,
    Reverted,
}

/// Log of a transaction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ReceiptLog {
    /// Contract that emitted it.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub address: Address,
    /// Up to four indexed words, the event signature among them.
    #[cfg_attr(test, ts(type = "Hex[]"))]
    pub topics: Vec<B256>,
    /// Unindexed part of the event.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub data: Bytes,
    /// Position among all logs of the block, from zero.
    pub log_index: u32,
}

/// Change of one account by a block.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct AccountChange {
    /// Address of the account.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub address: Address,
    /// Account after the block; `null` where it was deleted.
    pub account: Option<AccountState>,
    /// True where every unlisted slot became zero.
    pub storage_reset: bool,
    /// New values of changed slots, sorted by slot.
    pub slots: Vec<StorageSlot>,
}

/// Account after the block.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct AccountState {
    /// Balance in wei.
    #[serde(serialize_with = "bigint")]
    #[cfg_attr(test, ts(type = "bigint"))]
    pub balance: U256,
    /// Transactions sent, or contracts created.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub nonce: u64,
    /// Hash of the code.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub code_hash: B256,
    /// Code, where the block changed it; else `null`.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub code: Option<Bytes>,
}

/// Storage slot after the block.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct StorageSlot {
    /// Key, 32 bytes.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub slot: B256,
    /// Value after the block, 32 bytes.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub value: B256,
}

/// Executor and threads that ran a block.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ExecutionPlan {
    /// Executor that ran the block.
    #[cfg_attr(test, ts(type = "'parallel' | 'sequential' | 'bal'"))]
    pub executor: &'static str,
    /// Reason for this executor, as text.
    pub reason: String,
    /// Reason for not using the access list, where `bal` was requested and a list was given.
    pub bal_mismatch: Option<BalMismatch>,
    /// Threads that executed transactions.
    pub threads: u32,
}

/// Counts of one execution.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ExecutionStatistics {
    /// Completed incarnations of all transactions.
    pub executions: u32,
    /// Incarnations beyond the first of each transaction.
    pub re_executions: u32,
}

/// Times of a block, beside plain revm.
#[cfg_attr(
    not(feature = "testing"),
    allow(dead_code, reason = "only the test build makes one")
)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Replay {
    /// Height of the block.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub number: u64,
    /// Transactions of the block.
    pub transactions: u32,
    /// Gas used by all transactions, in gas units.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub gas_used: u64,
    /// Comparison with the header.
    pub checks: HeaderChecks,
    /// Whether receipts, roots and state equal those of sequential execution.
    pub equals_sequential: bool,
    /// Executor and threads, with the reason for them.
    pub plan: ExecutionPlan,
    /// Counts of the execution.
    pub statistics: ExecutionStatistics,
    /// Median time of plain revm, in milliseconds.
    pub plain_ms: f64,
    /// Median time of sequential execution, in milliseconds.
    pub sequential_ms: f64,
    /// Median time of the requested executor, in milliseconds.
    pub parallel_ms: f64,
    /// Median time by the block access list, in milliseconds; `null` where there is no usable list.
    pub bal_ms: Option<f64>,
    /// Time of the slowest transaction in plain revm, in milliseconds.
    pub longest_ms: f64,
}

#[cfg(test)]
mod tests {
    use super::super::wire_bal::{BalBalance, BalCode, BalNonce, BalSlot, BalWord};
    use super::super::wire_timeline::{Conflict, IncarnationOutcome, IncarnationWait, TimeSpan};
    use super::*;
    use crate::node::NodeAnswer;
    use std::path::Path;
    use ts_rs::{Config, TS};

    /// `js/src/type/wire.ts` is written by this test when `PAREVM_WRITE` is set.
    #[test]
    fn the_typescript_of_the_wire_types_is_current() {
        let mut text = String::from(
            "// Written from crate/wasm/src/block/wire.rs by its test, with PAREVM_WRITE=1 in the environment.\n\
             \n/** Bytes as `0x` and two digits each. */\nexport type Hex = `0x${string}`\n",
        );
        fn add<T: TS>(text: &mut String) {
            let config = Config::default();
            text.push('\n');
            if let Some(docs) = T::docs() {
                text.push_str(&docs);
            }
            text.push_str("export ");
            text.push_str(&T::decl(&config));
            text.push('\n');
        }
        add::<BlockOutcome>(&mut text);
        add::<HeaderChecks>(&mut text);
        add::<Receipt>(&mut text);
        add::<TransactionType>(&mut text);
        add::<ReceiptStatus>(&mut text);
        add::<ReceiptLog>(&mut text);
        add::<AccountChange>(&mut text);
        add::<AccountState>(&mut text);
        add::<StorageSlot>(&mut text);
        add::<BalAccount>(&mut text);
        add::<BalSlot>(&mut text);
        add::<BalWord>(&mut text);
        add::<BalBalance>(&mut text);
        add::<BalNonce>(&mut text);
        add::<BalCode>(&mut text);
        add::<ExecutionPlan>(&mut text);
        add::<ExecutionStatistics>(&mut text);
        add::<Incarnation>(&mut text);
        add::<TimeSpan>(&mut text);
        add::<IncarnationWait>(&mut text);
        add::<IncarnationOutcome>(&mut text);
        add::<Conflict>(&mut text);
        add::<BalMismatch>(&mut text);
        add::<Replay>(&mut text);
        add::<NodeAnswer>(&mut text);

        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../js/src/type/wire.ts");
        if std::env::var_os("PAREVM_WRITE").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        // Differences that the TypeScript formatter makes.
        let tokens = |text: &str| {
            let is_style = |c: char| c.is_whitespace() || ";,\"'".contains(c);
            text.chars().filter(|c| !is_style(*c)).collect::<String>()
        };
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            tokens(&written),
            tokens(&text),
            "run this test with PAREVM_WRITE=1"
        );
    }
}
