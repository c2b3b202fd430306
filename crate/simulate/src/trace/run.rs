//! Runs what is traced, and what comes before it.

use super::{
    Trace, TraceError, TraceLimits, TraceOptions,
    tracer::{Place, Tracer},
};
use alloy_primitives::B256;
use parevm::{
    block::{Block, Transaction},
    execute::{ExecuteError, GasPool},
    interrupt::Watch,
    state::{Overlay, StateSource},
    system,
    vm::{BlockEvm, Environment, Recorded, SpecId, Stop, TxEnv, Watched, execute_error, transact},
};
use revm::{DatabaseCommit, context::ContextTr, inspector::NoOpInspector};

/// Traces one call on `state`, which stays as it is.
///
/// `environment` says what is checked: as it is made for a block, `call` must be a valid transaction.
///
/// # Errors
///
/// - [`TraceError::UnknownTracer`], [`TraceError::Config`]: `options` are wrong.
/// - [`TraceError::Interrupted`], [`TraceError::TooLarge`]: it goes beyond `limits`.
/// - [`TraceError::Execute`]: the call is invalid (as transaction 0), or the state cannot be read.
pub fn trace_call(
    call: TxEnv,
    environment: &Environment,
    state: &dyn StateSource,
    options: &TraceOptions,
    limits: &TraceLimits<'_>,
) -> Result<Trace, TraceError> {
    trace_call_at(Place::default(), call, environment, state, options, limits)
}

/// The same, of a call that stands at `place`.
pub(crate) fn trace_call_at(
    place: Place,
    call: TxEnv,
    environment: &Environment,
    state: &dyn StateSource,
    options: &TraceOptions,
    limits: &TraceLimits<'_>,
) -> Result<Trace, TraceError> {
    let tracer = Tracer::new(options)?;
    let mut run = Run::new(environment, state, tracer, limits);
    run.trace(call, place)
}

/// Traces the transaction at `index` of `block`, on the state before the block. Those before it are
/// executed first.
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
    let mut run = Run::of_block(block, environment, state, tracer, limits)?;
    for earlier in &block.transactions[..index] {
        run.execute(earlier, environment)?;
    }
    run.trace_next(block, transaction)
}

/// Traces every transaction of `block`, on the state before it. The traces come with the hashes of
/// their transactions, where these are known.
///
/// # Errors
///
/// As [`trace_call`]. [`TraceLimits::recorded_bytes`] holds for all transactions together.
pub fn trace_block(
    block: &Block,
    environment: &Environment,
    state: &dyn StateSource,
    options: &TraceOptions,
    limits: &TraceLimits<'_>,
) -> Result<Vec<(Option<B256>, Trace)>, TraceError> {
    let tracer = Tracer::new(options)?;
    let mut run = Run::of_block(block, environment, state, tracer, limits)?;
    let mut traces = Vec::with_capacity(block.transactions.len());
    for transaction in &block.transactions {
        traces.push((transaction.hash, run.trace_next(block, transaction)?));
    }
    Ok(traces)
}

/// A block while some of its transactions are traced.
struct Run<'a> {
    evm: BlockEvm<Overlay<'a>, Watched<'a, Tracer>>,
    used: GasPool,
    /// Number of transactions that have run.
    settled: usize,
    /// Number of their logs.
    logs: u64,
    has_delegations: bool,
    watch: Option<Watch<'a>>,
    recorded_bytes: usize,
}

impl<'a> Run<'a> {
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

    /// A run that has done what comes before the first transaction of `block`.
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
            used: GasPool::new(environment),
            settled: 0,
            logs: 0,
            has_delegations: environment.spec().is_enabled_in(SpecId::PRAGUE),
            watch: limits.watch,
            recorded_bytes: limits.recorded_bytes,
        }
    }

    /// Runs the next transaction of the block, which is in `environment`, without recording it.
    fn execute(
        &mut self,
        transaction: &Transaction,
        environment: &Environment,
    ) -> Result<(), TraceError> {
        self.used.admit(self.settled, &transaction.env)?;
        let watched = Watched::new(NoOpInspector, self.watch, Recorded::default(), 0);
        let mut evm = environment.inspected_evm(self.evm.ctx.db_mut(), watched);
        let ran = transact::inspect(&mut evm, transaction.env.clone());
        if let Some(Stop::Interrupted(interrupt)) = evm.inspector.stopped() {
            return Err(TraceError::Interrupted(interrupt));
        }
        let ran = ran.map_err(|error| execute_error(Some(self.settled), error))?;
        self.used.commit(ran.result.gas());
        self.settled += 1;
        self.logs += ran.result.logs().len() as u64;
        self.evm.ctx.db_mut().commit(ran.state);
        Ok(())
    }

    /// Runs the next transaction of the block and returns its trace.
    fn trace_next(
        &mut self,
        block: &Block,
        transaction: &Transaction,
    ) -> Result<Trace, TraceError> {
        self.used.admit(self.settled, &transaction.env)?;
        let place = Place {
            block_hash: block.declared.hash,
            index: Some(self.settled),
            transaction_hash: transaction.hash,
            block_number: block.header.number,
            first_log: self.logs,
        };
        self.trace(transaction.env.clone(), place)
    }

    fn trace(&mut self, transaction: TxEnv, place: Place) -> Result<Trace, TraceError> {
        let context = &self.evm.ctx;
        let database = &context.journaled_state.database;
        let tracer = &mut self.evm.inspector.inner;
        tracer
            .start(&transaction, &context.block, self.has_delegations, database)
            .map_err(|source| ExecuteError::StateUnavailable {
                index: place.index,
                source,
            })?;
        let ran = transact::inspect(&mut self.evm, transaction.clone());
        self.check_size()?;
        if let Some(stop) = self.evm.inspector.stopped() {
            return Err(match stop {
                Stop::Interrupted(interrupt) => TraceError::Interrupted(interrupt),
                Stop::TooLarge => TraceError::TooLarge {
                    limit: self.recorded_bytes,
                },
            });
        }
        let ran = ran.map_err(|error| execute_error(Some(self.settled), error))?;
        let context = &mut self.evm.ctx;
        let database = &mut context.journaled_state.database;
        let tracer = &mut self.evm.inspector.inner;
        let trace = tracer.finish(
            place,
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
        self.used.commit(&gas);
        self.settled += 1;
        self.logs += logs;
        Ok(trace)
    }

    /// Whether the tracers have recorded no more than they may.
    fn check_size(&mut self) -> Result<(), TraceError> {
        match self.evm.inspector.inner.is_full() {
            true => Err(TraceError::TooLarge {
                limit: self.recorded_bytes,
            }),
            false => Ok(()),
        }
    }
}
