//! Runs of traced transactions: the transaction or call, on the state before it.

use super::{Trace, TraceError, TraceLimits, TraceOptions, TracePosition, tracer::Tracer};
use alloy_primitives::B256;
use parevm::{
    block::{Block, Transaction},
    execute::{ExecuteError, GasPool},
    interrupt::Watch,
    state::{Overlay, StateSource},
    system,
    vm::{BlockEvm, Environment, Recorded, SpecId, Stop, TxEnv, Watched, collision, execute_error},
};
use revm::{DatabaseCommit, context::ContextTr, inspector::NoOpInspector};

/// Returns the trace of `call` on `state`, which is not changed.
///
/// `environment` selects the checks: with the one of a block, `call` must be a valid transaction.
///
/// # Errors
///
/// - [`TraceError::UnknownTracer`], [`TraceError::Config`]: `options` are invalid.
/// - [`TraceError::Interrupted`], [`TraceError::TooLarge`]: the trace exceeds `limits`.
/// - [`TraceError::Execute`]: the call is invalid (as transaction 0), or the state is unavailable.
pub fn trace_call(
    call: TxEnv,
    environment: &Environment,
    state: &dyn StateSource,
    options: &TraceOptions,
    limits: &TraceLimits<'_>,
) -> Result<Trace, TraceError> {
    trace_call_at(
        TracePosition::default(),
        call,
        environment,
        state,
        options,
        limits,
    )
}

/// Returns the trace of a call at `position`; otherwise as [`trace_call`].
pub(crate) fn trace_call_at(
    position: TracePosition,
    call: TxEnv,
    environment: &Environment,
    state: &dyn StateSource,
    options: &TraceOptions,
    limits: &TraceLimits<'_>,
) -> Result<Trace, TraceError> {
    let tracer = Tracer::new(options)?;
    let mut run = TracedRun::new(environment, state, tracer, limits);
    run.trace(call, position)
}

/// Returns the trace of the transaction at `index` of `block`. `state` is the state before the block; the
/// transactions before `index` are executed first.
///
/// # Errors
///
/// As [`trace_call`], and [`TraceError::NoSuchTransaction`].
pub fn trace_transaction(
    block: &Block,
    index: usize,
    environment: &Environment,
    state: &dyn StateSource,
    options: &TraceOptions,
    limits: &TraceLimits<'_>,
) -> Result<Trace, TraceError> {
    let tracer = Tracer::new(options)?;
    let transaction = block
        .transactions
        .get(index)
        .ok_or(TraceError::NoSuchTransaction {
            index,
            transactions: block.transactions.len(),
        })?;
    let mut run = TracedRun::of_block(block, environment, state, tracer, limits)?;
    for earlier in &block.transactions[..index] {
        run.execute(earlier, environment)?;
    }
    run.trace_next(block, transaction)
}

/// Returns the traces of all transactions of `block`, each with the transaction's hash if it is known.
/// `state` is the state before the block.
///
/// # Errors
///
/// As [`trace_call`]. [`TraceLimits::recorded_bytes`] applies to all transactions together.
pub fn trace_block(
    block: &Block,
    environment: &Environment,
    state: &dyn StateSource,
    options: &TraceOptions,
    limits: &TraceLimits<'_>,
) -> Result<Vec<(Option<B256>, Trace)>, TraceError> {
    let tracer = Tracer::new(options)?;
    let mut run = TracedRun::of_block(block, environment, state, tracer, limits)?;
    let mut traces = Vec::with_capacity(block.transactions.len());
    for transaction in &block.transactions {
        traces.push((transaction.hash, run.trace_next(block, transaction)?));
    }
    Ok(traces)
}

/// Run of a block or a call with a tracer.
struct TracedRun<'a> {
    evm: BlockEvm<Overlay<'a>, Watched<'a, Tracer>>,
    gas_pool: GasPool,
    /// Number of committed transactions.
    committed: usize,
    /// Number of logs of the committed transactions.
    logs: u64,
    has_delegations: bool,
    watch: Option<Watch<'a>>,
    recorded_bytes: usize,
}

impl<'a> TracedRun<'a> {
    fn new(
        environment: &Environment,
        state: &'a (dyn StateSource + 'a),
        tracer: Tracer,
        limits: &TraceLimits<'a>,
    ) -> Self {
        Self::on(
            Overlay::new(state, environment.spec()),
            environment,
            tracer,
            limits,
        )
    }

    /// Returns a run that has applied the pre-execution changes of `block`.
    fn of_block(
        block: &Block,
        environment: &Environment,
        state: &'a (dyn StateSource + 'a),
        tracer: Tracer,
        limits: &TraceLimits<'a>,
    ) -> Result<Self, TraceError> {
        let mut overlay = Overlay::new(state, environment.spec());
        system::pre_execution_changes(&mut overlay, block, environment)?;
        Ok(Self::on(overlay, environment, tracer, limits))
    }

    fn on(
        overlay: Overlay<'a>,
        environment: &Environment,
        mut tracer: Tracer,
        limits: &TraceLimits<'a>,
    ) -> Self {
        let bytes = tracer.allow(limits.recorded_bytes);
        let recorded = tracer.recorded();
        let watched = Watched::new(tracer, limits.watch, recorded, bytes);
        Self {
            evm: environment.inspected_evm(overlay, watched),
            gas_pool: GasPool::new(environment),
            committed: 0,
            logs: 0,
            has_delegations: environment.spec().is_enabled_in(SpecId::PRAGUE),
            watch: limits.watch,
            recorded_bytes: limits.recorded_bytes,
        }
    }

    /// Executes the next transaction of the block without tracing it.
    fn execute(
        &mut self,
        transaction: &Transaction,
        environment: &Environment,
    ) -> Result<(), TraceError> {
        self.gas_pool.admit(self.committed, &transaction.env)?;
        let watched = Watched::new(NoOpInspector, self.watch, Recorded::default(), 0);
        let mut evm = environment.inspected_evm(self.evm.ctx.db_mut(), watched);
        let ran = collision::inspect(&mut evm, transaction.env.clone());
        if let Some(Stop::Interrupted(interrupt)) = evm.inspector.stopped() {
            return Err(TraceError::Interrupted(interrupt));
        }
        let ran = ran.map_err(|error| execute_error(Some(self.committed), error))?;
        self.gas_pool.commit(ran.result.gas());
        self.committed += 1;
        self.logs += ran.result.logs().len() as u64;
        self.evm.ctx.db_mut().commit(ran.state);
        Ok(())
    }

    /// Executes the next transaction of the block and returns its trace.
    fn trace_next(
        &mut self,
        block: &Block,
        transaction: &Transaction,
    ) -> Result<Trace, TraceError> {
        self.gas_pool.admit(self.committed, &transaction.env)?;
        let position = TracePosition {
            block_hash: block.declared.hash,
            index: Some(self.committed),
            transaction_hash: transaction.hash,
            block_number: block.header.number,
            first_log: self.logs,
        };
        self.trace(transaction.env.clone(), position)
    }

    fn trace(&mut self, transaction: TxEnv, position: TracePosition) -> Result<Trace, TraceError> {
        let context = &self.evm.ctx;
        let database = &context.journaled_state.database;
        let tracer = &mut self.evm.inspector.inner;
        tracer
            .start(&transaction, &context.block, self.has_delegations, database)
            .map_err(|source| ExecuteError::StateUnavailable {
                index: position.index,
                source,
            })?;
        let ran = collision::inspect(&mut self.evm, transaction.clone());
        self.check_size()?;
        if let Some(stop) = self.evm.inspector.stopped() {
            return Err(match stop {
                Stop::Interrupted(interrupt) => TraceError::Interrupted(interrupt),
                Stop::TooLarge => TraceError::TooLarge {
                    limit: self.recorded_bytes,
                },
            });
        }
        let ran = ran.map_err(|error| execute_error(Some(self.committed), error))?;
        let context = &mut self.evm.ctx;
        let database = &mut context.journaled_state.database;
        let tracer = &mut self.evm.inspector.inner;
        let trace = tracer.finish(
            position,
            &transaction,
            &context.block,
            &self.evm.precompiles,
            &ran,
            database,
        )?;
        let logs = ran.result.logs().len() as u64;
        let gas = *ran.result.gas();
        database.commit(ran.state);
        self.check_size()?;
        self.gas_pool.commit(&gas);
        self.committed += 1;
        self.logs += logs;
        Ok(trace)
    }

    /// Checks that the tracer is within its budget.
    fn check_size(&mut self) -> Result<(), TraceError> {
        match self.evm.inspector.inner.is_over_budget() {
            true => Err(TraceError::TooLarge {
                limit: self.recorded_bytes,
            }),
            false => Ok(()),
        }
    }
}
