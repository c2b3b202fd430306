//! One transaction after the other: the specification.

use super::{
    AccessListOutput, BlockExecution, ExecuteError, ExecuteOptions, Executed, Executor, Merged,
    ScheduleReport,
    timeline::{Incarnation, IncarnationOutcome, Span, from_now},
};
use crate::{
    bal::{ListBuilder, Recording},
    block::Block,
    interrupt::Watch,
    state::{Overlay, SourceError, StateDiff, StateSource},
    vm::{
        BlockContext, BlockEvm, Environment, ExecutionResult, Recorded, Stop, TxEnv, Watched,
        execute_error, journal::clear, keccak256, transact, transfer::Transfer,
    },
};
use alloy_eip7928::BlockAccessIndex;
use revm::{
    Inspector,
    context::{ContextSetters, ContextTr, result::EVMError},
    inspector::NoOpInspector,
};
use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

/// Runs a block one transaction after the other, in steps the caller paces. `I` may inspect every
/// step of the EVM.
pub struct Sequential<'a, I = ()> {
    block: &'a Block,
    options: ExecuteOptions<'a>,
    evm: BlockEvm<SequentialDatabase<'a>, I>,
    transact: Transact<'a, I>,
    execution: BlockExecution<'a>,
    timeline: Option<Timeline<'a>>,
}

/// What the EVM of a [`Sequential`] run reads and writes.
pub type SequentialDatabase<'a> = Recording<Overlay<'a>>;

/// How a transaction is run and committed: with the inspector or without.
type Transact<'a, I> = fn(
    &mut BlockEvm<SequentialDatabase<'a>, I>,
    TxEnv,
) -> Result<ExecutionResult, EVMError<SourceError>>;

/// Accounts that a transaction adds mostly: sender and receiver. A map that grows is copied.
const ACCOUNTS: usize = 2;

/// The clock of a run, and what was seen on it.
struct Timeline<'a> {
    clock: Box<dyn Fn() -> u64 + Sync + 'a>,
    /// When the last transaction ended, if nothing else was done since: the clock need not be read again
    /// when the next one starts.
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
            span: Span { start, end },
            waits: Vec::new(),
            outcome: IncarnationOutcome::Final,
        });
    }
}

impl<'a> Sequential<'a> {
    /// Does what comes before the first transaction. The executor that `options` names is not heeded.
    ///
    /// # Errors
    ///
    /// As [`system::pre_execution_changes`](crate::system::pre_execution_changes).
    pub fn new(
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        options: &ExecuteOptions<'a>,
    ) -> Result<Self, ExecuteError> {
        Self::start(block, environment, state, options, (), transact)
    }
}

impl<'a, I: Inspector<BlockContext<SequentialDatabase<'a>>>> Sequential<'a, I> {
    /// As [`Sequential::new`], with an inspector for all transactions; not for the system calls.
    ///
    /// # Errors
    ///
    /// As [`Sequential::new`].
    pub fn inspected(
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        options: &ExecuteOptions<'a>,
        inspector: I,
    ) -> Result<Self, ExecuteError> {
        Self::start(block, environment, state, options, inspector, inspect)
    }
}

impl<'a> Sequential<'a, Watched<'a, NoOpInspector>> {
    /// As [`Sequential::new`], until `watch` ends the run: it is asked within transactions.
    ///
    /// # Errors
    ///
    /// As [`Sequential::new`].
    pub fn watched(
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        options: &ExecuteOptions<'a>,
        watch: Option<Watch<'a>>,
    ) -> Result<Self, ExecuteError> {
        let watched = Watched::new(NoOpInspector, watch, Recorded::default(), 0);
        Self::inspected(block, environment, state, options, watched)
    }

    /// As [`Self::step`].
    ///
    /// # Errors
    ///
    /// As [`Self::step`], and [`ExecuteError::Interrupted`].
    pub fn step_watched(&mut self) -> Result<Option<usize>, ExecuteError> {
        let ran = self.step();
        match self.inspector().stopped() {
            Some(Stop::Interrupted(interrupt)) => Err(ExecuteError::Interrupted(interrupt)),
            _ => ran,
        }
    }
}

impl<'a, I> Sequential<'a, I> {
    fn start(
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        options: &ExecuteOptions<'a>,
        inspector: I,
        transact: Transact<'a, I>,
    ) -> Result<Self, ExecuteError> {
        let timeline = options.timeline.map(|clock| Timeline {
            clock: Box::new(from_now(clock)),
            end: None,
            seen: Vec::with_capacity(block.transactions.len()),
        });
        let accounts = block.transactions.len().saturating_mul(ACCOUNTS);
        let mut database = Recording {
            database: Overlay::with_capacity(state, environment.spec(), accounts),
            index: BlockAccessIndex::PRE_EXECUTION,
            list: (options.access_list_output == AccessListOutput::Returned)
                .then(ListBuilder::default),
        };
        let execution = BlockExecution::begin(block, environment, options, &mut database)?;
        let mut evm = environment.inspected_evm(database, inspector);
        evm.precompiles = environment.precompiles.with_memo(&Arc::default());
        keccak256::install(&mut evm.instruction);
        Ok(Self {
            block,
            options: *options,
            evm,
            transact,
            execution,
            timeline,
        })
    }

    /// The inspector.
    pub const fn inspector(&mut self) -> &mut I {
        &mut self.evm.inspector
    }

    /// Number of transactions that have run.
    #[must_use]
    pub fn committed(&self) -> usize {
        self.execution.committed()
    }

    /// Runs the next transaction and returns how many have run, or `None` when all had before.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Cancelled`] when the flag in the options is set; else when the transaction is
    /// invalid or the state cannot be read. The run cannot go on then.
    pub fn step(&mut self) -> Result<Option<usize>, ExecuteError> {
        if let Some(timeline) = &mut self.timeline {
            timeline.end = None;
        }
        self.run_next()
    }

    /// As [`Self::step`], where nobody else has worked since the last one.
    fn run_next(&mut self) -> Result<Option<usize>, ExecuteError> {
        let index = self.committed();
        // Relaxed: the flag carries no data, and being a transaction late is fine.
        let cancel = self.options.cancel;
        if cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return Err(ExecuteError::Cancelled { committed: index });
        }
        let Some(transaction) = self.block.transactions.get(index) else {
            return Ok(None);
        };
        self.execution.admit(index, transaction)?;
        let start = self.timeline.as_ref().map(Timeline::start);
        let result = (self.transact)(&mut self.evm, transaction.env.clone())
            .map_err(|error| execute_error(Some(index), error))?;
        if let (Some(timeline), Some(start)) = (&mut self.timeline, start) {
            timeline.record(index, start);
        }
        self.execution.commit(transaction, result)?;
        Ok(Some(self.committed()))
    }

    /// What the transactions that have run changed together.
    #[must_use]
    pub fn state_diff(&self) -> StateDiff {
        self.evm.ctx.journaled_state.database.database.diff()
    }

    /// Does what comes after the last transaction and hands over the whole run. `reason` says why
    /// this executor was chosen.
    ///
    /// # Errors
    ///
    /// As [`BlockExecution::finish`]; [`ExecuteError::Bug`] before the last step.
    pub fn finish(self, reason: &'static str) -> Result<Executed<'a>, ExecuteError> {
        if !self.execution.is_complete() {
            return Err(ExecuteError::Bug {
                invariant: "a block is finished after its last step",
            });
        }
        let mut database = self.evm.ctx.journaled_state.database;
        database.index.increment();
        let system = self.execution.finish(&mut database)?;
        Ok(Executed {
            merged: Merged::on_top(database.database),
            system,
            block_access_list: database.list.map(ListBuilder::finish),
            schedule: ScheduleReport {
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

    /// Takes all steps that are left, and finishes. `reason` says why this executor was chosen.
    ///
    /// # Errors
    ///
    /// As [`Self::step`] and [`Self::finish`].
    pub fn run(mut self, reason: &'static str) -> Result<Executed<'a>, ExecuteError> {
        let is_heard = self.options.on_receipt.is_some() || self.options.progress.is_some();
        let next = if is_heard { Self::step } else { Self::run_next };
        while next(&mut self)?.is_some() {}
        self.finish(reason)
    }
}

/// A payment that needs no EVM does without.
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
    let result = transact::replay_one(evm)?;
    let journal = &mut evm.ctx.journaled_state;
    journal
        .database
        .commit_transaction(&mut journal.inner.state);
    clear(&mut journal.inner);
    Ok(result)
}

fn inspect<'a, I: Inspector<BlockContext<SequentialDatabase<'a>>>>(
    evm: &mut BlockEvm<SequentialDatabase<'a>, I>,
    transaction: TxEnv,
) -> Result<ExecutionResult, EVMError<SourceError>> {
    let mut ran = transact::inspect(evm, transaction)?;
    evm.ctx.db_mut().commit_transaction(&mut ran.state);
    Ok(ran.result)
}

impl<I> fmt::Debug for Sequential<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequential")
            .field("block", &self.block.header.number)
            .field("committed", &self.committed())
            .finish_non_exhaustive()
    }
}
