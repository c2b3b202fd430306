//! Suites `blockchain` and `benchmark`: a chain from its genesis block on.
//!
//! Every block is decoded from RLP, validated, executed, and its state root compared. An invalid block must be rejected for a
//! reason in the fixture, and leave the chain unchanged.

use super::{
    Setup, Verdict,
    alloc::{self, Alloc, same},
    exception::{Rejection, in_words},
    fixture,
    forks::Config,
};
use alloy_primitives::{B256, Bytes};
use alloy_rlp::Decodable;
use parevm::{Block, ExecuteOptions, block::AlloyBlock, state::TrieState, vm::Environment};
use parevm_node::{
    Chain,
    chain::{ImportError, Violation},
};
use revm::inspector::inspectors::TracerEip3155;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Case: the genesis block with its state, the blocks after it, and the head after them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    network: String,
    #[serde(rename = "genesisRLP")]
    genesis_rlp: Bytes,
    genesis_block_header: HeaderHash,
    pre: Alloc,
    blocks: Vec<BlockCase>,
    lastblockhash: B256,
    /// All accounts, which explain a different state root.
    post_state: Option<Box<RawValue>>,
    post_state_hash: Option<B256>,
    #[serde(default)]
    config: Config,
}

/// Hash of a header.
#[derive(Deserialize)]
struct HeaderHash {
    hash: B256,
}

/// RLP of a block, maybe malformed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockCase {
    rlp: Bytes,
    expect_exception: Option<String>,
    block_header: Option<HeaderHash>,
}

/// Runs the cases of one file.
pub(super) fn run(file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
    fixture::run(
        file,
        text,
        "blockchain_test",
        setup,
        report,
        |case: Case| case.check(setup),
    );
}

impl Case {
    /// Imports the blocks with every executor. The error is the first difference to the fixture.
    fn check(&self, setup: &Setup<'_>) -> Result<(), String> {
        let chain = self.genesis()?;
        setup.with_each_executor(|executor| {
            let options = ExecuteOptions {
                executor,
                ..Default::default()
            };
            self.check_with(chain.clone(), &options, setup)
        })
    }

    fn genesis(&self) -> Result<Chain, String> {
        let block = AlloyBlock::decode(&mut self.genesis_rlp.as_ref())
            .map_err(|error| format!("genesisRLP: {error}"))?;
        let schedule = self.config.schedule(&self.network)?;
        let state = chain_state(&self.pre);
        let chain = Chain::new(self.config.chain_id(), schedule, block.header, state)
            .map_err(|error| format!("genesis: {}", in_words(&error)))?;
        let expected = &self.genesis_block_header.hash;
        same("genesis: hash", expected, &chain.genesis().hash)?;
        Ok(chain)
    }

    fn check_with(
        &self,
        mut chain: Chain,
        options: &ExecuteOptions<'_>,
        setup: &Setup<'_>,
    ) -> Result<(), String> {
        for (index, block) in self.blocks.iter().enumerate() {
            if setup.trace.is_some() {
                // The verdict depends on the import alone.
                let _ = trace(&chain, &block.rlp, setup);
            }
            let head = chain.head().hash;
            let imported = chain.import(setup.engine, &block.rlp, options);
            self.check_import(&chain, block, head, imported.map(|block| block.hash), setup)
                .map_err(|difference| format!("block {index}: {difference}"))?;
        }
        let head = chain.head();
        same("lastblockhash", &self.lastblockhash, &head.hash)?;
        match &self.post_state_hash {
            Some(expected) => same("postStateHash", expected, &head.block.header.state_root),
            None => Ok(()),
        }
    }

    /// Checks that a block was accepted or rejected as in the fixture.
    fn check_import(
        &self,
        chain: &Chain,
        block: &BlockCase,
        head: B256,
        imported: Result<B256, ImportError>,
        setup: &Setup<'_>,
    ) -> Result<(), String> {
        match (imported, &block.expect_exception) {
            (Ok(_), Some(names)) => Err(format!("expected {names}, the block was accepted")),
            (Ok(hash), None) => match &block.block_header {
                Some(expected) => same("hash", &expected.hash, &hash),
                None => Ok(()),
            },
            (Err(error), Some(names)) => {
                let rejection = Rejection::Import(&error);
                if !rejection.is_expected(names) {
                    return Err(format!("expected {names}, found: {}", rejection.in_words()));
                }
                same("head after an invalid block", &head, &chain.head().hash)
            }
            (Err(error), None) => {
                let is_root = |source: &Violation| matches!(source, Violation::StateRoot { .. });
                if matches!(&error, ImportError::Invalid { source, .. } if is_root(source)) {
                    self.compare_state(chain, &block.rlp, setup)?;
                }
                Err(format!("rejected: {}", in_words(&error)))
            }
        }
    }

    /// Compares the accounts after the last block. The error is the first difference.
    fn compare_state(&self, chain: &Chain, rlp: &[u8], setup: &Setup<'_>) -> Result<(), String> {
        let (Some(expected), Ok(block)) = (&self.post_state, self.block(chain, rlp)) else {
            return Ok(());
        };
        let expected: Alloc = fixture::decode(expected)?;
        let Some(parent) = block
            .header
            .parent_hash
            .and_then(|parent| chain.block(parent))
        else {
            return Ok(());
        };
        let before = chain.state_after(parent);
        let outcome = setup
            .engine
            .execute(&block, &before, &ExecuteOptions::default())
            .map_err(|error| in_words(&error))?;
        let mut state = parent.state.clone();
        state.apply(&outcome.state_diff);
        alloc::compare(&expected, &alloc_of(&state))
    }

    fn block(&self, chain: &Chain, rlp: &[u8]) -> Result<Block, String> {
        Block::from_rlp(rlp, chain.chain_id(), chain.schedule().clone())
            .map_err(|error| in_words(&error))
    }
}

/// Returns the chain state of the accounts. Every listed account exists, even if it is empty.
fn chain_state(alloc: &Alloc) -> TrieState {
    let mut state = TrieState::default();
    for (address, listed) in alloc {
        let slots = listed
            .storage_slots()
            .map(|(slot, value)| (slot.into(), value));
        state.insert(
            *address,
            listed.balance,
            listed.nonce.unwrap_or_default(),
            listed.code.clone().unwrap_or_default(),
            slots,
        );
    }
    state
}

/// Returns the accounts of a chain, as in fixtures.
fn alloc_of(state: &TrieState) -> Alloc {
    let listed = |address, account: parevm::state::Account| {
        let code = state.code(account.code_hash).unwrap_or_default();
        let slots = state.slots(address);
        alloy_genesis::GenesisAccount {
            balance: account.balance,
            nonce: Some(account.nonce),
            code: Some(code.original_bytes()),
            storage: Some(
                slots
                    .map(|(slot, value)| (slot.into(), value.into()))
                    .collect(),
            ),
            ..Default::default()
        }
    };
    state
        .accounts()
        .map(|(address, account)| (address, listed(address, account)))
        .collect()
}

/// Prints every step of a block's transactions.
fn trace(chain: &Chain, rlp: &[u8], setup: &Setup<'_>) -> Option<()> {
    let open = setup.trace?;
    let block = Block::from_rlp(rlp, chain.chain_id(), chain.schedule().clone()).ok()?;
    let parent = chain.block(block.header.parent_hash?)?;
    let before = chain.state_after(parent);
    let environment = Environment::new(&block);
    let options = ExecuteOptions::default();
    let mut tracer = TracerEip3155::new(open());
    // The trace of an invalid block ends at the error.
    let _ = setup
        .engine
        .inspect(&block, &environment, &before, &options, &mut tracer);
    Some(())
}
