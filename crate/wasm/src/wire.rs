//! The shapes in which results cross to JavaScript.
//!
//! These are the package's own result types: `js/src/type/wire.ts` is written
//! from them (see the test below), under viem's names where viem has one.
//! Quantities are `bigint`, indices and counts `number`, bytes `0x` hex.

use alloy_primitives::{Address, B256, Bloom, Bytes, U256};
use serde::{Serialize, Serializer};

use crate::wire_list::{AccountAccess, Mismatch};

/// What a block did.
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
    /// Comparison with what the header claims.
    pub checks: Checks,
    /// What the block changed, sorted by address.
    pub state_diff: Vec<AccountChange>,
    /// What the block read and wrote (EIP-7928), sorted by address; `null` unless asked for.
    pub block_access_list: Option<Vec<AccountAccess>>,
    /// Which executor ran, why, and how much it ran.
    pub schedule: ForkSchedule,
    /// Milliseconds of the execution: from the decoded block and state to receipts and state diff.
    pub ms: f64,
}

/// For each claim of the header, whether the outcome fits; `null` where it cannot be told.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Checks {
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

/// The receipt of one transaction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Receipt {
    /// Hash of the transaction; `null` where the input had neither hash nor signature.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub transaction_hash: Option<B256>,
    /// Position in the block, from zero.
    pub transaction_index: u32,
    /// Kind of the transaction.
    pub r#type: TransactionType,
    /// Sender.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub from: Address,
    /// Receiver; `null` for a contract creation.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub to: Option<Address>,
    /// The created contract.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub contract_address: Option<Address>,
    /// `reverted` where the transaction reverted or halted.
    pub status: Status,
    /// Gas used by this transaction, in gas units.
    #[cfg_attr(test, ts(type = "bigint"))]
    pub gas_used: u64,
    /// Gas used by this transaction and all before it, in gas units.
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
    /// Logs in the order they were written.
    pub logs: Vec<Log>,
}

/// What a node answers to a request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct NodeAnswer {
    /// The result, in JSON; `null` where there is an error.
    pub result: Option<String>,
    /// What went wrong: an error object of JSON-RPC, in JSON.
    pub error: Option<String>,
    /// True when the node is another one than before.
    pub changed: bool,
    /// Seconds between blocks, where the node makes them by time.
    pub interval: Option<u32>,
    /// What subscribers are to be told: each the `params` of an `eth_subscription`, in JSON.
    pub notifications: Vec<String>,
}

/// Kind of a transaction.
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

/// How a transaction ended.
#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) enum Status {
    Success,
    Reverted,
}

/// An event that a transaction wrote.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Log {
    /// The contract that wrote it.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub address: Address,
    /// Up to four indexed words.
    #[cfg_attr(test, ts(type = "Hex[]"))]
    pub topics: Vec<B256>,
    /// Everything else.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub data: Bytes,
    /// Position among all logs of the block, from zero.
    pub log_index: u32,
}

/// What a block changed in one account.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct AccountChange {
    /// Whose change this is.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub address: Address,
    /// The account after the block; `null` where it is gone.
    pub account: Option<Account>,
    /// Whether every slot that is not listed became zero.
    pub storage_reset: bool,
    /// New values of changed slots, sorted by slot.
    pub slots: Vec<Slot>,
}

/// An account after the block.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Account {
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
    /// The code, where the block changed it; else `null`.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub code: Option<Bytes>,
}

/// One word of storage.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Slot {
    /// Its key, 32 bytes.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub slot: B256,
    /// Its value after the block, 32 bytes.
    #[cfg_attr(test, ts(type = "Hex"))]
    pub value: B256,
}

/// Which executor ran, why, and how much it ran.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct ForkSchedule {
    /// The executor that ran.
    #[cfg_attr(test, ts(type = "'parallel' | 'sequential' | 'bal'"))]
    pub executor: &'static str,
    /// Why this one, in words.
    pub reason: String,
    /// Why the block was not run by its access list, where one was given and `bal` asked for.
    pub bal_mismatch: Option<Mismatch>,
    /// Threads that executed transactions.
    pub threads: u32,
    /// Complete runs of transactions, the first ones included.
    pub executions: u32,
    /// Runs beyond the first.
    pub re_executions: u32,
    /// Every run of every transaction, by transaction and then by time; `null` unless asked for.
    pub timeline: Option<Vec<Incarnation>>,
}

/// One run of one transaction. Times are in nanoseconds since the block began; how fine they are,
/// the host decides.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Incarnation {
    /// Position of the transaction in the block, from zero.
    pub transaction_index: u32,
    /// Number of the thread that ran it, from zero.
    pub worker: u32,
    /// When it ran, in order: more than one where it waited between.
    pub spans: Vec<Span>,
    /// For whom it waited, in order.
    pub waits: Vec<Wait>,
    /// `final` where its result is the result; `rerun` where its guess was wrong.
    pub outcome: IncarnationOutcome,
    /// Why the transaction ran again; `null` where the run is final.
    pub cause: Option<Cause>,
}

/// A stretch of time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Span {
    /// When it began, in nanoseconds since the block began.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub start_ns: u64,
    /// When it ended, in nanoseconds since the block began.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub end_ns: u64,
}

/// A wait for a lower transaction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Wait {
    /// Position in the block of the transaction that was waited for.
    pub transaction_index: u32,
    /// When it began, in nanoseconds since the block began.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub start_ns: u64,
    /// When it ended, in nanoseconds since the block began.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub end_ns: u64,
}

/// What became of a run.
#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) enum IncarnationOutcome {
    Final,
    Rerun,
}

/// The first part of the state that held another value than a run relied on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Cause {
    /// The account; `null` where the run failed on what it saw.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub address: Option<Address>,
    /// The slot of the account's storage, 32 bytes; `null` where it was the account itself.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub slot: Option<B256>,
    /// The same in words.
    pub words: String,
}

/// A block, executed and timed beside a plain loop of revm.
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
    /// Comparison with what the header claims.
    pub checks: Checks,
    /// Whether receipts, roots and state are those of sequential execution.
    pub equals_sequential: bool,
    /// Which executor ran, why, and how much it ran.
    pub schedule: ForkSchedule,
    /// Milliseconds that plain revm takes; this and the next are medians.
    pub plain_ms: f64,
    /// Milliseconds that sequential execution takes.
    pub sequential_ms: f64,
    /// Milliseconds that the executor takes that was asked for.
    pub parallel_ms: f64,
    /// Milliseconds that a run by the block's access list takes; `null` where there can be none.
    pub bal_ms: Option<f64>,
    /// Milliseconds that the slowest transaction takes in plain revm.
    pub longest_ms: f64,
}

/// Exact as long as it is below 2^53; nonces, heights, gas and times are.
#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
pub(crate) fn number<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(*value as f64)
}

/// JavaScript's own big integer.
pub(crate) fn bigint<S: Serializer>(value: &U256, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(small) = u128::try_from(*value) {
        return serializer.serialize_u128(small);
    }
    let value = js_sys::BigInt::new(&value.to_string().into());
    serde_wasm_bindgen::preserve::serialize(&value.unwrap_or_default(), serializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire_list::{BalanceAccess, CodeAccess, NonceAccess, SlotAccess, WordAccess};
    use std::path::Path;
    use ts_rs::{Config, TS};

    /// `js/src/type/wire.ts` is written by this test when `PAREVM_WRITE` is set.
    #[test]
    fn the_typescript_of_the_wire_types_is_current() {
        let mut text = String::from(
            "// Written from crate/wasm/src/wire.rs by its test, with PAREVM_WRITE=1 in the environment.\n\
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
        add::<Checks>(&mut text);
        add::<Receipt>(&mut text);
        add::<TransactionType>(&mut text);
        add::<Status>(&mut text);
        add::<Log>(&mut text);
        add::<AccountChange>(&mut text);
        add::<Account>(&mut text);
        add::<Slot>(&mut text);
        add::<AccountAccess>(&mut text);
        add::<SlotAccess>(&mut text);
        add::<WordAccess>(&mut text);
        add::<BalanceAccess>(&mut text);
        add::<NonceAccess>(&mut text);
        add::<CodeAccess>(&mut text);
        add::<ForkSchedule>(&mut text);
        add::<Incarnation>(&mut text);
        add::<Span>(&mut text);
        add::<Wait>(&mut text);
        add::<IncarnationOutcome>(&mut text);
        add::<Cause>(&mut text);
        add::<Mismatch>(&mut text);
        add::<Replay>(&mut text);
        add::<NodeAnswer>(&mut text);

        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../js/src/type/wire.ts");
        if std::env::var_os("PAREVM_WRITE").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        // The formatter for TypeScript has its own mind about these.
        let words = |text: &str| {
            let is_style = |c: char| c.is_whitespace() || ";,\"'".contains(c);
            text.chars().filter(|c| !is_style(*c)).collect::<String>()
        };
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            words(&written),
            words(&text),
            "run this test with PAREVM_WRITE=1"
        );
    }
}
