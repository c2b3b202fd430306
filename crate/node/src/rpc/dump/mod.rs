//! Dump: the state of a chain in the form of anvil's `anvil_dumpState` and `--dump-state`, as gzipped JSON.
//!
//! The format is Foundry's `crates/anvil/src/eth/backend/db.rs` (`SerializableState`). Traces and earlier states are
//! neither written nor read.

mod read;
mod write;

pub(super) use read::load;
pub(super) use write::dump;

use crate::request::number;
use alloy_consensus::{EthereumTxEnvelope, Header, ReceiptEnvelope, TxEip4844};
use alloy_eips::eip4895::Withdrawals;
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;

type Envelope = EthereumTxEnvelope<TxEip4844>;

#[derive(Serialize, Deserialize)]
struct Dump {
    /// Environment of the head.
    #[serde(default)]
    block: Option<Value>,
    accounts: BTreeMap<Address, DumpedAccount>,
    /// Height of the head.
    #[serde(default, deserialize_with = "number")]
    best_block_number: Option<u64>,
    /// Blocks in any order.
    #[serde(default)]
    blocks: Vec<DumpedBlock>,
    /// Transactions of all blocks in any order.
    #[serde(default)]
    transactions: Vec<DumpedInclusion>,
    #[serde(default)]
    historical_states: Option<Value>,
}

#[derive(Serialize, Deserialize)]
struct DumpedAccount {
    nonce: u64,
    balance: U256,
    code: Bytes,
    #[serde(serialize_with = "words")]
    storage: BTreeMap<U256, U256>,
}

#[derive(Serialize, Deserialize)]
struct DumpedBlock {
    header: Header,
    transactions: Vec<DumpedTransaction>,
    #[serde(default)]
    ommers: Vec<Header>,
    #[serde(default)]
    withdrawals: Option<Withdrawals>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum DumpedTransaction {
    Sent {
        transaction: Envelope,
        impersonated_sender: Option<Address>,
    },
    /// Form of versions before 0.3.
    Plain(Envelope),
}

/// Transaction in its block.
#[derive(Serialize, Deserialize)]
struct DumpedInclusion {
    info: DumpedInfo,
    receipt: ReceiptEnvelope<Log>,
    block_hash: B256,
    block_number: u64,
}

#[derive(Serialize, Deserialize)]
struct DumpedInfo {
    transaction_hash: B256,
    transaction_index: u64,
    from: Address,
    to: Option<Address>,
    contract_address: Option<Address>,
    traces: Vec<Value>,
    /// Name of an `InstructionResult` of revm.
    exit: String,
    out: Option<Bytes>,
    #[serde(default)]
    nonce: u64,
    #[serde(default)]
    gas_used: u64,
}

/// Writes keys and values as 32 bytes each.
fn words<S: Serializer>(slots: &BTreeMap<U256, U256>, serializer: S) -> Result<S::Ok, S::Error> {
    let word = |value: &U256| B256::from(*value);
    serializer.collect_map(slots.iter().map(|(slot, value)| (word(slot), word(value))))
}
