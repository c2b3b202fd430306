//! Whether a fixture was filled under the rules that the engine has.
//!
//! Fixtures of a fork that is not final come from a devnet, and the rules have gone on. Whether they
//! have is for plain revm to say, so that a fault of the engine cannot pass for it.

use super::{
    Outcome, Setup,
    alloc::{self, Alloc, same},
    exception::in_words,
    skip,
};
use crate::{baseline, compare::difference};
use alloy_primitives::B256;
use parevm::{Block, BlockOutcome, ExecuteOptions, Executor, MemoryState, StateSource};

/// The state before a block, as plain revm reads it.
pub(super) struct Before {
    pub(super) accounts: Alloc,
    /// Hashes of the blocks so far.
    pub(super) hashes: Vec<B256>,
}

/// What plain revm makes of a block.
pub(super) enum Rules {
    /// What the header says.
    Same(BlockOutcome),
    /// Something else: the first difference in words.
    Other(String),
}

impl Before {
    /// The same, as the engine reads it.
    pub(super) fn state(&self) -> MemoryState {
        let mut state = alloc::state_of(&self.accounts);
        for (number, hash) in (0..).zip(&self.hashes) {
            state.insert_block_hash(number, *hash);
        }
        state
    }

    /// Runs `block` with plain revm and with every executor, on the whole state.
    ///
    /// # Errors
    ///
    /// Where an executor differs from plain revm, in words.
    pub(super) fn run(&self, block: &Block, setup: &Setup<'_>) -> Result<Rules, String> {
        let state = self.state();
        let plain = match baseline::outcome(block, &state) {
            Ok(plain) => plain,
            Err(error) => return Ok(Rules::Other(in_words(&error))),
        };
        equals(&plain, block, &state, setup)?;
        Ok(match self.compare(block, &plain) {
            Ok(()) => Rules::Same(plain),
            Err(difference) => Rules::Other(difference),
        })
    }

    /// Compares what the block leaves with what its header says.
    fn compare(&self, block: &Block, outcome: &BlockOutcome) -> Result<(), String> {
        let mut after = self.accounts.clone();
        alloc::apply(&mut after, &outcome.state_diff);
        let declared = &block.declared;
        let gas_used = declared.gas_used.unwrap_or_default();
        same("gas used", &gas_used, &outcome.gas_used)?;
        let root = |root: Option<B256>| root.unwrap_or_default();
        let (expected, found) = (declared.receipts_root, outcome.receipts_root);
        same("receipts root", &root(expected), &root(found))?;
        let (expected, found) = (declared.requests_hash, outcome.requests_hash);
        same("requests hash", &root(expected), &root(found))?;
        let expected = root(declared.state_root);
        same("state root", &expected, &alloc::root(&after))
    }

    /// Goes on to the next block.
    pub(super) fn add(&mut self, block: &Block, outcome: &BlockOutcome) {
        alloc::apply(&mut self.accounts, &outcome.state_diff);
        self.hashes.extend(block.declared.hash);
    }
}

/// Runs `block` on `state` with every executor; each must leave what plain revm leaves.
///
/// # Errors
///
/// The first difference in words.
pub(super) fn equals(
    plain: &BlockOutcome,
    block: &Block,
    state: &impl StateSource,
    setup: &Setup<'_>,
) -> Result<(), String> {
    setup.with_each_executor(|executor: Executor| {
        let options = ExecuteOptions {
            executor,
            ..Default::default()
        };
        let outcome = setup.engine.execute(block, state, &options);
        let outcome = outcome.map_err(|error| in_words(&error))?;
        match difference(&outcome, plain) {
            Some(words) => Err(words),
            None => Ok(()),
        }
    })
}

/// The outcome where the rules are others, as `difference` shows: `skip.toml` must have a reason for
/// the rules of this case.
pub(super) fn other(name: &str, difference: &str) -> Outcome {
    match skip::reason(&format!("rules of {name}")) {
        Some(reason) => Outcome::Skipped(reason.to_owned()),
        None => Outcome::Failed(format!("plain revm: {difference}")),
    }
}
