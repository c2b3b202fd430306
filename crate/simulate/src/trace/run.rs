//! Runs of traced transactions: the transaction or call, on the state before it.

use super::{Trace, TraceError, TraceLimits, TraceOptions, TracePosition, tracer::Tracer};
use alloy_primitives::B256;
use parevm::{
    block::{Block, Transaction},
    execute::{ExecuteError, GasPool},
    state::{Overlay, StateSource},
    system,
    vm::{
        Bounds, Environment, SpecId, TransactError, TxEnv, execute_error, inspect, transact_watched,
    },
};
use revm::{DatabaseCommit, context::result::ResultAndState};

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
        run.execute(earlier)?;
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
struct TracedRun<'e, 'a> {
    environment: &'e Environment,
    overlay: Overlay<'a>,
    tracer: Tracer,
    bounds: Bounds<'a>,
    gas_pool: GasPool,
    /// Number of committed transactions.
    committed: usize,
    /// Number of logs of the committed transactions.
    logs: u64,
    recorded_bytes: usize,
}

impl<'e, 'a> TracedRun<'e, 'a> {
    fn new(
        environment: &'e Environment,
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
        environment: &'e Environment,
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
        environment: &'e Environment,
        mut tracer: Tracer,
        limits: &TraceLimits<'a>,
    ) -> Self {
        let bounds = Bounds {
            watch: limits.watch,
            bytes: tracer.allow(limits.recorded_bytes),
            recorded: tracer.recorded(),
        };
        Self {
            environment,
            overlay,
            tracer,
            bounds,
            gas_pool: GasPool::new(environment),
            committed: 0,
            logs: 0,
            recorded_bytes: limits.recorded_bytes,
        }
    }

    /// Executes the next transaction of the block without tracing it.
    fn execute(&mut self, transaction: &Transaction) -> Result<(), TraceError> {
        self.gas_pool.admit(self.committed, &transaction.env)?;
        let call = transaction.env.clone();
        let watch = self.bounds.watch;
        let ran = transact_watched(self.environment, &mut self.overlay, call, watch);
        let ran = ran.map_err(|error| self.error(error))?;
        self.commit(ran);
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
        let environment = self.environment;
        let has_delegations = environment.spec().is_enabled_in(SpecId::PRAGUE);
        self.tracer
            .start(
                &transaction,
                &environment.block,
                has_delegations,
                &self.overlay,
            )
            .map_err(|source| ExecuteError::StateUnavailable {
                index: position.index,
                source,
            })?;
        let ran = inspect(
            environment,
            &mut self.overlay,
            transaction.clone(),
            &mut self.tracer,
            &mut self.bounds,
        );
        self.check_size()?;
        let ran = ran.map_err(|error| self.error(error))?;
        let trace = self.tracer.finish(
            position,
            &transaction,
            &environment.block,
            &environment.precompiles,
            &ran,
            &mut self.overlay,
        )?;
        self.commit(ran);
        self.check_size()?;
        Ok(trace)
    }

    fn commit(&mut self, ran: ResultAndState) {
        self.gas_pool.commit(ran.result.gas());
        self.committed += 1;
        self.logs += ran.result.logs().len() as u64;
        self.overlay.commit(ran.state);
    }

    fn error(&self, error: TransactError) -> TraceError {
        match error {
            TransactError::Interrupted(interrupt) => TraceError::Interrupted(interrupt),
            TransactError::TooLarge => TraceError::TooLarge {
                limit: self.recorded_bytes,
            },
            TransactError::Evm(error) => execute_error(Some(self.committed), error).into(),
        }
    }

    /// Checks that the tracer is within its budget.
    fn check_size(&mut self) -> Result<(), TraceError> {
        match self.tracer.is_over_budget() {
            true => Err(TraceError::TooLarge {
                limit: self.recorded_bytes,
            }),
            false => Ok(()),
        }
    }
}
