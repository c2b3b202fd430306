//! Runs what is traced, and what comes before it.

use super::{
    Trace, TraceError, TraceLimits, TraceOptions,
    tracer::{Place, Tracer},
};
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
        run.execute(earlier)?;
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
struct Run<'e, 'a> {
    environment: &'e Environment,
    overlay: Overlay<'a>,
    tracer: Tracer,
    bounds: Bounds<'a>,
    gas_pool: GasPool,
    /// Number of transactions that have run.
    committed: usize,
    /// Number of their logs.
    logs: u64,
    recorded_bytes: usize,
}

impl<'e, 'a> Run<'e, 'a> {
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

    /// A run after the pre-execution changes of `block`.
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

    /// Runs the next transaction of the block without recording it.
    fn execute(&mut self, transaction: &Transaction) -> Result<(), TraceError> {
        self.gas_pool.admit(self.committed, &transaction.env)?;
        let call = transaction.env.clone();
        let watch = self.bounds.watch;
        let ran = transact_watched(self.environment, &mut self.overlay, call, watch);
        let ran = ran.map_err(|error| self.error(error))?;
        self.commit(ran);
        Ok(())
    }

    /// Runs the next transaction of the block and returns its trace.
    fn trace_next(
        &mut self,
        block: &Block,
        transaction: &Transaction,
    ) -> Result<Trace, TraceError> {
        self.gas_pool.admit(self.committed, &transaction.env)?;
        let place = Place {
            block_hash: block.declared.hash,
            index: Some(self.committed),
            transaction_hash: transaction.hash,
            block_number: block.header.number,
            first_log: self.logs,
        };
        self.trace(transaction.env.clone(), place)
    }

    fn trace(&mut self, transaction: TxEnv, place: Place) -> Result<Trace, TraceError> {
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
                index: place.index,
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
            place,
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

    /// Checks that the tracers have recorded no more than they may.
    fn check_size(&mut self) -> Result<(), TraceError> {
        match self.tracer.is_full() {
            true => Err(TraceError::TooLarge {
                limit: self.recorded_bytes,
            }),
            false => Ok(()),
        }
    }
}
