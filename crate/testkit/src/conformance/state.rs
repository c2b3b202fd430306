//! The suite `state`: one transaction on a small state, in the shape of GeneralStateTests.
//!
//! For every fork and every choice of data, gas and value: the state root after the transaction and
//! the hash of its logs, or the reason to reject it. Nothing happens at the edges of the block.

use super::{
    Setup, Verdict,
    alloc::{self, Alloc, same},
    exception::Rejection,
    fixture,
    forks::Config,
    state_transaction::{Indexes, Parts},
};
use alloy_primitives::{Address, B256, Bytes, Log, U256, keccak256};
use parevm::{
    Block, BlockOutcome, ExecuteError, ExecuteOptions, MemoryState, StateSource,
    block::{Header, Transaction},
    state::{Account, SourceError},
    vm::{Bytecode, Environment},
};
use revm::inspector::inspectors::TracerEip3155;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A case: one state, one transaction in variants, and what becomes of it by fork.
#[derive(Deserialize)]
struct Case {
    env: Env,
    pre: Alloc,
    transaction: Parts,
    post: BTreeMap<String, Vec<Post>>,
    #[serde(default)]
    config: Config,
}

/// The header of the block. Numbers past 64 bits stand for the largest of 64.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Env {
    current_coinbase: Address,
    current_gas_limit: U256,
    current_number: U256,
    current_timestamp: U256,
    #[serde(default)]
    current_difficulty: U256,
    current_base_fee: Option<U256>,
    current_random: Option<B256>,
    current_excess_blob_gas: Option<U256>,
    slot_number: Option<U256>,
}

/// What becomes of one variant.
#[derive(Deserialize)]
struct Post {
    hash: B256,
    logs: B256,
    indexes: Indexes,
    txbytes: Option<Bytes>,
    #[serde(rename = "expectException")]
    exception: Option<String>,
    /// All accounts. Only looked at to say in words why `hash` differs.
    state: Option<Box<RawValue>>,
}

/// Runs the cases of one file.
pub(super) fn run(file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
    fixture::run(file, text, "state_test", setup, report, |case: Case| {
        case.check(setup)
    });
}

impl Case {
    /// The first difference between what should become of the transaction and what does.
    fn check(&self, setup: &Setup<'_>) -> Result<(), String> {
        let state = Before(alloc::state_of(&self.pre));
        for (fork, posts) in &self.post {
            for (index, post) in posts.iter().enumerate() {
                self.check_one(fork, post, &state, setup)
                    .map_err(|difference| format!("{fork} {index}: {difference}"))?;
            }
        }
        Ok(())
    }

    fn check_one(
        &self,
        fork: &str,
        post: &Post,
        state: &Before,
        setup: &Setup<'_>,
    ) -> Result<(), String> {
        let schedule = self.config.schedule(fork)?;
        let header = self.env.header();
        let spec = schedule.spec(header.number, header.timestamp);
        let chain_id = self.config.chain_id();
        let mut env = self.transaction.env(&post.indexes, chain_id)?;
        let mut hash = None;
        if let Some(bytes) = &post.txbytes {
            match Transaction::from_2718(bytes, spec) {
                Ok(transaction) => {
                    // Only the encoding says whether the signature covers the chain.
                    env.chain_id = transaction.env.chain_id;
                    if transaction.env != env {
                        return Err(format!(
                            "txbytes: expected {env:?}, found {:?}",
                            transaction.env
                        ));
                    }
                    hash = transaction.hash;
                }
                Err(error) => return rejected(post, &Rejection::Transaction(&error)),
            }
        }
        let block = Block::new(chain_id, schedule, header, vec![Transaction { hash, env }]);
        let environment = Environment::new(&block).without_protocol_changes();
        if let Some(open) = setup.trace {
            let mut tracer = TracerEip3155::new(open());
            let options = ExecuteOptions::default();
            // The verdict is that of the runs below.
            let _ = setup
                .engine
                .inspect(&block, &environment, state, &options, &mut tracer);
        }
        setup.with_each_executor(|executor| {
            let options = ExecuteOptions {
                executor,
                ..Default::default()
            };
            let outcome = setup
                .engine
                .execute_with(&block, &environment, state, &options);
            self.compare(post, outcome)
        })
    }

    fn compare(
        &self,
        post: &Post,
        outcome: Result<BlockOutcome, ExecuteError>,
    ) -> Result<(), String> {
        let mut after = self.pre.clone();
        let mut logs: &[Log] = &[];
        match &outcome {
            Err(error) => rejected(post, &Rejection::Execute(error))?,
            Ok(outcome) => {
                if let Some(name) = &post.exception {
                    return Err(format!("expected {name}, the transaction was accepted"));
                }
                alloc::apply(&mut after, &outcome.state_diff);
                if let Some(receipt) = outcome.receipts.first() {
                    logs = &receipt.logs;
                }
            }
        }
        let root = alloc::root(&after);
        if root != post.hash {
            if let Some(text) = &post.state {
                alloc::compare(&fixture::decode(text)?, &after)?;
            }
            same("state root", &post.hash, &root)?;
        }
        let mut encoded = Vec::new();
        alloy_rlp::encode_list(logs, &mut encoded);
        same("hash of the logs", &post.logs, &keccak256(&encoded))
    }
}

/// Whether the fixture expects this.
fn rejected(post: &Post, rejection: &Rejection<'_>) -> Result<(), String> {
    match &post.exception {
        Some(names) if rejection.is_expected(names) => Ok(()),
        Some(names) => Err(format!("expected {names}, found: {}", rejection.in_words())),
        None => Err(format!("rejected: {}", rejection.in_words())),
    }
}

impl Env {
    fn header(&self) -> Header {
        Header {
            number: self.current_number.saturating_to(),
            timestamp: self.current_timestamp.saturating_to(),
            beneficiary: self.current_coinbase,
            gas_limit: self.current_gas_limit.saturating_to(),
            base_fee: self.current_base_fee.map(|fee| fee.saturating_to()),
            difficulty: self.current_difficulty,
            prev_randao: self.current_random,
            parent_hash: None,
            excess_blob_gas: self.current_excess_blob_gas.map(|gas| gas.saturating_to()),
            parent_beacon_block_root: None,
            slot_number: self.slot_number.map(|slot| slot.saturating_to()),
        }
    }
}

/// The state before, in a chain whose blocks have the hashes of their heights in decimal: these tests
/// have no ancestors.
struct Before(MemoryState);

impl StateSource for Before {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        self.0.account(address)
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.0.code(code_hash)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        self.0.storage(address, slot)
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        Ok(keccak256(number.to_string()))
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        self.0.has_storage(address)
    }
}
