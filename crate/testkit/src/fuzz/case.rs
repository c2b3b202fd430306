//! Test case: a block with the state before it.

use crate::{random::Random, workload};
use parevm::{
    Block, MemoryState,
    block::Transaction,
    vm::{FORKS, SpecId},
};
use std::{borrow::Cow, fmt};

/// Test case: a block with the state before it.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// Block.
    pub block: Block,
    /// State before the block.
    pub state: Cow<'a, MemoryState>,
}

/// Returns the fork of the generated block of `seed`.
#[must_use]
pub fn fork_of(seed: u64) -> SpecId {
    let at = usize::try_from(seed % FORKS.len() as u64).unwrap_or(0);
    FORKS[at]
}

/// Generates the random block of `seed`: 1 to 60 transactions, each fork in turn.
#[must_use]
pub fn generate(seed: u64) -> Case<'static> {
    generate_under(seed, fork_of(seed))
}

/// Generates the random block of `seed` under the rules of `fork`.
#[must_use]
pub fn generate_under(seed: u64, fork: SpecId) -> Case<'static> {
    let count = 1 + usize::try_from(Random::new(!seed).below(60)).unwrap_or(0);
    let (block, state) = workload::adversarial(seed, count, fork);
    Case {
        block,
        state: Cow::Owned(state),
    }
}

impl Case<'_> {
    /// Returns the fork of the block.
    #[must_use]
    pub fn fork(&self) -> SpecId {
        let header = &self.block.header;
        self.block.schedule.spec(header.number, header.timestamp)
    }
}

/// Text of the block: a line for each transaction.
impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Block {
            header,
            transactions,
            withdrawals,
            ommers,
            ..
        } = &self.block;
        writeln!(f, "{:?}, {header:?}", self.fork())?;
        for (index, Transaction { env, .. }) in transactions.iter().enumerate() {
            writeln!(f, "transaction {index}: {env:?}")?;
        }
        for withdrawal in withdrawals {
            writeln!(f, "{withdrawal:?}")?;
        }
        for ommer in ommers {
            writeln!(f, "{ommer:?}")?;
        }
        Ok(())
    }
}
