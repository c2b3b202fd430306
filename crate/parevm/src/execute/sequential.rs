//! Sequential executor: the specification of all others.

use super::{
    AccessListOutput, BlockExecution, ExecuteError, ExecuteOptions, ExecutionOutput,
    ExecutionReport, Executor, PostState,
    timeline::{Incarnation, IncarnationOutcome, TimeSpan, from_now},
};
use crate::{
    bal::{BalBuilder, BalRecorder},
    block::{Block, Transaction},
    interrupt::Watch,
    state::{Overlay, SourceError, StateDiff, StateSource},
    vm::{
        BlockEvm, Bounds, Environment, ExecutionResult, OverlayInspector, TransactError, TxEnv,
        execute_error, inspect, journal::clear, keccak256, transact::replay_one, transact_watched,
        transfer::Transfer,
    },
};
use alloy_eip7928::BlockAccessIndex;
use revm::context::{
    ContextSetters, ContextTr,
    result::{EVMError, ResultAndState},
};
use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

/// Sequential execution of a block, one transaction per call of [`Sequential::step`].
pub struct Sequential<'a> {
    block: &'a Block,
    environment: &'a Environment,
    options: ExecuteOptions<'a>,
    evm: BlockEvm<SequentialDatabase<'a>>,
    execution: BlockExecution<'a>,
    timeline: Option<Timeline<'a>>,
}

/// Database of the EVM of a [`Sequential`] execution.
type SequentialDatabase<'a> = BalRecorder<Overlay<'a>>;

/// Reason why an inspected step has no result.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The block cannot be executed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The inspector exceeded [`Bounds::bytes`].
    #[error("the inspector records more than its bounds allow")]
    TooLarge,
}

/// Accounts that most transactions add: sender and recipient. Reserved, since a growing map is copied.
const ACCOUNTS: usize = 2;

/// Clock of an execution, with the recorded incarnations.
struct Timeline<'a> {
    clock: Box<dyn Fn() -> u64 + Sync + 'a>,
    /// End of the last transaction, if the next one follows at once: its start needs no read of the clock.
    end: Option<u64>,
    seen: Vec<Incarnation>,
}

impl Timeline<'_> {
    fn start(&self) -> u64 {
        self.end.unwrap_or_else(|| (self.clock)())
    }

    fn record(&mut self, transaction: usize, start: u64) {
        let end = (self.clock)();
        self.end = Some(end);
        self.seen.push(Incarnation {
            transaction,
            worker: 0,
            span: TimeSpan {
                from: start,
                to: end,
            },
            suspensions: Vec::new(),
            outcome: IncarnationOutcome::Committed,
        });
    }
}

impl<'a> Sequential<'a> {
    /// Applies the pre-execution changes of `block`. Ignores the executor in `options`.
    ///
    /// # Errors
    ///
    /// As [`BlockExecution::begin`].
    pub fn new(
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        options: &ExecuteOptions<'a>,
    ) -> Result<Self, ExecuteError> {
        let timeline = options.timeline.map(|clock| Timeline {
            clock: Box::new(from_now(clock)),
            end: None,
            seen: Vec::with_capacity(block.transactions.len()),
        });
        let accounts = block.transactions.len().saturating_mul(ACCOUNTS);
        let mut database = BalRecorder {
            database: Overlay::with_capacity(state, environment.spec(), accounts),
            index: BlockAccessIndex::PRE_EXECUTION,
            list: (options.access_list_output == AccessListOutput::Returned)
                .then(BalBuilder::default),
        };
        let execution = BlockExecution::begin(block, environment, options, &mut database)?;
        let mut evm = environment.evm(database);
        evm.precompiles = environment.precompiles.with_memo(&Arc::default());
        keccak256::install(&mut evm.instruction);
        Ok(Self {
            block,
            environment,
            options: *options,
            evm,
            execution,
            timeline,
        })
    }

    /// Returns the number of committed transactions.
    #[must_use]
    pub fn committed(&self) -> usize {
        self.execution.committed()
    }

    /// Executes the next transaction. Returns the number of committed ones, or `None` if none was left.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Cancelled`] if the flag in the options is set; otherwise the transaction is invalid or the
    /// state cannot be read. The execution cannot continue then.
    pub fn step(&mut self) -> Result<Option<usize>, ExecuteError> {
        if let Some(timeline) = &mut self.timeline {
            timeline.end = None;
        }
        self.run_next()
    }

    /// As [`Self::step`], with a `watch` that is polled within the transaction.
    ///
    /// # Errors
    ///
    /// As [`Self::step`], and [`ExecuteError::Interrupted`].
    pub fn step_watched(
        &mut self,
        watch: Option<Watch<'_>>,
    ) -> Result<Option<usize>, ExecuteError> {
        let Some(watch) = watch else {
            return self.step();
        };
        let ran = self.inspect_next(|environment, overlay, transaction| {
            transact_watched(environment, overlay, transaction, Some(watch))
        });
        ran.map_err(|error| match error {
            StepError::Execute(error) => error,
            StepError::TooLarge => ExecuteError::Bug {
                invariant: "a watch records nothing",
            },
        })
    }

    /// As [`Self::step`], and calls `inspector` at every step of the EVM, within `bounds`. System calls are not
    /// inspected.
    ///
    /// # Errors
    ///
    /// As [`Self::step`] ([`StepError::Execute`]), [`ExecuteError::Interrupted`], and [`StepError::TooLarge`].
    pub fn step_inspected(
        &mut self,
        inspector: &mut OverlayInspector<'_, 'a>,
        bounds: &mut Bounds<'_>,
    ) -> Result<Option<usize>, StepError> {
        self.inspect_next(|environment, overlay, transaction| {
            inspect(environment, overlay, transaction, inspector, bounds)
        })
    }

    /// Executes the next transaction with `run`, and commits it.
    fn inspect_next(
        &mut self,
        run: impl FnOnce(&Environment, &mut Overlay<'a>, TxEnv) -> Result<ResultAndState, TransactError>,
    ) -> Result<Option<usize>, StepError> {
        let Some((index, transaction)) = self.next()? else {
            return Ok(None);
        };
        let start = self.timeline.as_ref().map(Timeline::start);
        let database = self.evm.ctx.db_mut();
        let ran = run(
            self.environment,
            &mut database.database,
            transaction.env.clone(),
        );
        let mut ran = ran.map_err(|error| match error {
            TransactError::Interrupted(interrupt) => ExecuteError::Interrupted(interrupt).into(),
            TransactError::TooLarge => StepError::TooLarge,
            TransactError::Evm(error) => execute_error(Some(index), error).into(),
        })?;
        database.commit_transaction(&mut ran.state);
        if let (Some(timeline), Some(start)) = (&mut self.timeline, start) {
            timeline.record(index, start);
            // The caller works between inspected steps.
            timeline.end = None;
        }
        self.execution.commit(transaction, ran.result)?;
        Ok(Some(self.committed()))
    }

    /// Returns the next transaction with its position, if the block has gas left for it.
    fn next(&self) -> Result<Option<(usize, &'a Transaction)>, ExecuteError> {
        let index = self.committed();
        // Relaxed: the flag publishes no data, and a delay of one transaction is fine.
        let cancel = self.options.cancel;
        if cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return Err(ExecuteError::Cancelled { committed: index });
        }
        let Some(transaction) = self.block.transactions.get(index) else {
            return Ok(None);
        };
        self.execution.admit(index, transaction)?;
        Ok(Some((index, transaction)))
    }

    /// As [`Self::step`], where the caller has done nothing since the last one.
    fn run_next(&mut self) -> Result<Option<usize>, ExecuteError> {
        let Some((index, transaction)) = self.next()? else {
            return Ok(None);
        };
        let start = self.timeline.as_ref().map(Timeline::start);
        let result = transact(&mut self.evm, transaction.env.clone())
            .map_err(|error| execute_error(Some(index), error))?;
        if let (Some(timeline), Some(start)) = (&mut self.timeline, start) {
            timeline.record(index, start);
        }
        self.execution.commit(transaction, result)?;
        Ok(Some(self.committed()))
    }

    /// Returns the state diff of the committed transactions.
    #[must_use]
    pub fn state_diff(&self) -> StateDiff {
        self.evm.ctx.journaled_state.database.database.diff()
    }

    /// Applies the post-execution changes and returns the output. `reason` is the reason for this executor.
    ///
    /// # Errors
    ///
    /// As [`BlockExecution::finish`]; [`ExecuteError::Bug`] if a transaction is left.
    pub fn finish(self, reason: &'static str) -> Result<ExecutionOutput<'a>, ExecuteError> {
        if !self.execution.is_complete() {
            return Err(ExecuteError::Bug {
                invariant: "every transaction is committed before the post-execution changes",
            });
        }
        let mut database = self.evm.ctx.journaled_state.database;
        database.index.increment();
        let system = self.execution.finish(&mut database)?;
        Ok(ExecutionOutput {
            post_state: PostState::from_overlay(database.database),
            system,
            block_access_list: database.list.map(BalBuilder::finish),
            report: ExecutionReport {
                executor: Executor::Sequential,
                reason: reason.into(),
                bal_mismatch: None,
                threads: 1,
                executions: self.execution.committed(),
                re_executions: 0,
                timeline: self.timeline.map(|timeline| timeline.seen),
            },
            execution: self.execution,
        })
    }

    /// Executes the remaining transactions and returns the output. `reason` is the reason for this executor.
    ///
    /// # Errors
    ///
    /// As [`Self::step`] and [`Self::finish`].
    pub fn run(mut self, reason: &'static str) -> Result<ExecutionOutput<'a>, ExecuteError> {
        let has_listener = self.options.on_receipt.is_some() || self.options.progress.is_some();
        let next = if has_listener {
            Self::step
        } else {
            Self::run_next
        };
        while next(&mut self)?.is_some() {}
        self.finish(reason)
    }
}

/// Executes and commits `transaction`. A plain transfer bypasses the EVM.
fn transact(
    evm: &mut BlockEvm<SequentialDatabase<'_>>,
    transaction: TxEnv,
) -> Result<ExecutionResult, EVMError<SourceError>> {
    evm.ctx.set_tx(transaction);
    if let Some(transfer) = Transfer::of(&mut evm.ctx, &evm.precompiles) {
        let database = evm.ctx.db_mut();
        if database.transfer(&transfer).map_err(EVMError::Database)? {
            return Ok(transfer.result());
        }
    }
    let result = replay_one(evm)?;
    let journal = &mut evm.ctx.journaled_state;
    journal
        .database
        .commit_transaction(&mut journal.inner.state);
    clear(&mut journal.inner);
    Ok(result)
}

impl fmt::Debug for Sequential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequential")
            .field("block", &self.block.header.number)
            .field("committed", &self.committed())
            .finish_non_exhaustive()
    }
}
