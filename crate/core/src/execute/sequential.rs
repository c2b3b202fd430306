//! One transaction after the other: the specification.

use super::{ExecuteError, ExecuteOptions, Executed, Executor, ScheduleReport, limits::Limits};
use crate::{
    block::Block,
    state::{Overlay, SourceError, StateSource},
    system::{self, Step},
    vm::{BlockEvm, Environment, ExecutionResult},
};
use revm::{
    DatabaseCommit, ExecuteEvm,
    context::{ContextTr, result::EVMError},
};
use std::{fmt, sync::atomic::Ordering};

/// Runs a block one transaction after the other, in steps the caller paces.
pub struct Sequential<'a, S: StateSource> {
    block: &'a Block,
    environment: &'a Environment,
    evm: BlockEvm<Overlay<'a, S>>,
    limits: Limits,
    results: Vec<ExecutionResult>,
    before: Step,
}

impl<'a, S: StateSource> Sequential<'a, S> {
    /// Does what comes before the first transaction.
    ///
    /// # Errors
    ///
    /// As [`system::before_transactions`].
    pub fn new(
        block: &'a Block,
        environment: &'a Environment,
        state: &'a S,
    ) -> Result<Self, ExecuteError> {
        let mut overlay = Overlay::new(state, environment.spec());
        let before = system::before_transactions(&mut overlay, block, environment)?;
        Ok(Self {
            block,
            environment,
            evm: environment.evm(overlay),
            limits: Limits::new(environment),
            results: Vec::with_capacity(block.transactions.len()),
            before,
        })
    }

    /// Number of transactions that have run.
    #[must_use]
    pub fn settled(&self) -> usize {
        self.results.len()
    }

    /// Runs the next transaction and returns its result, or `None` when all have run.
    ///
    /// # Errors
    ///
    /// When the transaction is invalid or the state cannot be read. The run cannot go on then.
    pub fn step(&mut self) -> Result<Option<&ExecutionResult>, ExecuteError> {
        let index = self.results.len();
        let Some(transaction) = self.block.transactions.get(index) else {
            return Ok(None);
        };
        self.limits.admit(index, &transaction.env)?;
        let ran = self
            .evm
            .transact(transaction.env.clone())
            .map_err(|error| from_evm(index, error))?;
        self.evm.ctx.db_mut().commit(ran.state);
        self.limits.settle(ran.result.gas());
        self.results.push(ran.result);
        Ok(self.results.last())
    }

    /// Does what comes after the last transaction and hands over the whole run. `reason` says why
    /// this executor was chosen.
    ///
    /// # Errors
    ///
    /// As [`system::after_transactions`]; [`ExecuteError::Bug`] before the last step.
    pub fn finish(mut self, reason: &'static str) -> Result<Executed, ExecuteError> {
        if self.results.len() != self.block.transactions.len() {
            return Err(ExecuteError::Bug {
                invariant: "a block is finished after its last step",
            });
        }
        let overlay = self.evm.ctx.db_mut();
        let system = system::after_transactions(
            overlay,
            self.block,
            self.environment,
            &self.results,
            self.before,
        )?;
        let executions = self.results.len();
        Ok(Executed {
            results: self.results,
            diff: self.evm.ctx.journaled_state.database.into_diff(),
            system,
            schedule: ScheduleReport {
                executor: Executor::Sequential,
                reason,
                threads: 1,
                executions,
                re_executions: 0,
            },
        })
    }

    /// Runs the whole block. `reason` says why this executor was chosen.
    ///
    /// # Errors
    ///
    /// As [`Engine::execute`](crate::Engine::execute).
    pub fn run(
        block: &'a Block,
        environment: &'a Environment,
        state: &'a S,
        options: &ExecuteOptions<'_>,
        reason: &'static str,
    ) -> Result<Executed, ExecuteError> {
        let mut run = Self::new(block, environment, state)?;
        loop {
            // Relaxed: the flag carries no data, and being a transaction late is fine.
            if options
                .cancel
                .is_some_and(|cancel| cancel.load(Ordering::Relaxed))
            {
                return Err(ExecuteError::Cancelled {
                    settled: run.settled(),
                });
            }
            if run.step()?.is_none() {
                return run.finish(reason);
            }
            if let Some(progress) = options.progress {
                progress(run.settled());
            }
        }
    }
}

impl<S: StateSource> fmt::Debug for Sequential<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequential")
            .field("block", &self.block.header.number)
            .field("settled", &self.settled())
            .finish_non_exhaustive()
    }
}

/// What an error of the EVM in transaction `index` means for the block.
fn from_evm(index: usize, error: EVMError<SourceError>) -> ExecuteError {
    match error {
        EVMError::Transaction(source) => ExecuteError::InvalidTransaction { index, source },
        EVMError::Database(source) => ExecuteError::StateUnavailable {
            index: Some(index),
            source,
        },
        other => ExecuteError::Evm {
            index: Some(index),
            message: other.to_string(),
        },
    }
}
