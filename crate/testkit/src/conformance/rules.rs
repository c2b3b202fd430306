//! Comparison of a fixture's rules with those of the engine.
//!
//! Fixtures of an unfinished fork come from a devnet whose rules have changed since. Plain revm decides whether they have,
//! so that a fault of the engine cannot pass for a change of the rules.

use super::{
    CaseOutcome, Setup,
    alloc::{self, Alloc, same},
    exception::in_words,
    skip,
};
use crate::{compare::difference, reference};
use alloy_primitives::B256;
use parevm::{Block, BlockOutcome, ExecuteOptions, Executor, MemoryState, StateSource};

/// State before a block.
pub(super) struct PreState {
    pub(super) accounts: Alloc,
    /// Hashes of the ancestors, from the genesis block on.
    pub(super) hashes: Vec<B256>,
}

/// Agreement of plain revm with the header of a block.
pub(super) enum Rules {
    /// Same rules: the outcome of plain revm.
    Same(BlockOutcome),
    /// Other rules: the first difference in words.
    Other(String),
}

impl PreState {
    /// Returns the state as the engine reads it.
    pub(super) fn state(&self) -> MemoryState {
        let mut state = alloc::state_of(&self.accounts);
        for (number, hash) in (0..).zip(&self.hashes) {
            state.insert_block_hash(number, *hash);
        }
        state
    }

    /// Executes `block` with plain revm and with every executor, on the whole state.
    ///
    /// # Errors
    ///
    /// The first difference of an executor to plain revm, in words.
    pub(super) fn run(&self, block: &Block, setup: &Setup<'_>) -> Result<Rules, String> {
        let state = self.state();
        let plain = match reference::outcome(block, &state) {
            Ok(plain) => plain,
            Err(error) => return Ok(Rules::Other(in_words(&error))),
        };
        equals(&plain, block, &state, setup)?;
        Ok(match self.compare(block, &plain) {
            Ok(()) => Rules::Same(plain),
            Err(difference) => Rules::Other(difference),
        })
    }

    /// Compares the outcome with the header of the block.
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

    /// Applies the outcome of `block`, for the next one.
    pub(super) fn apply(&mut self, block: &Block, outcome: &BlockOutcome) {
        alloc::apply(&mut self.accounts, &outcome.state_diff);
        self.hashes.extend(block.declared.hash);
    }
}

/// Executes `block` on `state` with every executor, and compares the outcomes with that of plain revm.
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

/// Returns the outcome of a case with other rules, as `difference` shows: skipped if `skip.toml` has a reason for it,
/// else failed.
pub(super) fn other(name: &str, difference: &str) -> CaseOutcome {
    match skip::reason(&format!("rules of {name}")) {
        Some(reason) => CaseOutcome::Skipped(reason.to_owned()),
        None => CaseOutcome::Failed(format!("plain revm: {difference}")),
    }
}
