//! The suites `blockchain` and `benchmark`: a chain from its genesis block on.
//!
//! Every block is read from RLP, checked, executed, and its state root compared. An invalid one must be
//! rejected for a reason that the fixture names, and leave the chain as it was.

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

/// A case: the first block with its state, the blocks after it, and the head they leave.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    network: String,
    #[serde(rename = "genesisRLP")]
    genesis_rlp: Bytes,
    genesis_block_header: Named,
    pre: Alloc,
    blocks: Vec<BlockCase>,
    lastblockhash: B256,
    /// All accounts. Only looked at to say in words why a state root differs.
    post_state: Option<Box<RawValue>>,
    post_state_hash: Option<B256>,
    #[serde(default)]
    config: Config,
}

/// A header, of which only the hash is read.
#[derive(Deserialize)]
struct Named {
    hash: B256,
}

/// A block, or bytes that are none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockCase {
    rlp: Bytes,
    expect_exception: Option<String>,
    block_header: Option<Named>,
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
    /// The first difference between what should become of the chain and what does.
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
                // The verdict is that of the import.
                let _ = trace(&chain, &block.rlp, setup);
            }
            let head = chain.head().hash;
            let imported = chain.import(setup.engine, &block.rlp, options);
            self.judge(&chain, block, head, imported.map(|block| block.hash), setup)
                .map_err(|difference| format!("block {index}: {difference}"))?;
        }
        let head = chain.head();
        same("lastblockhash", &self.lastblockhash, &head.hash)?;
        match &self.post_state_hash {
            Some(expected) => same("postStateHash", expected, &head.block.header.state_root),
            None => Ok(()),
        }
    }

    /// Whether a block was taken or rejected as the fixture says.
    fn judge(
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

    /// The first account that differs after the last block.
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

/// The accounts as a chain keeps them. Those that are listed exist, even where they are empty.
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

/// The accounts of a chain as fixtures list them.
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
    // A block that is invalid is traced up to there.
    let _ = setup
        .engine
        .inspect(&block, &environment, &before, &options, &mut tracer);
    Some(())
}
