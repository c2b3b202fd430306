//! One call on top of a block's state.

use super::{CallError, CallLimits, CallRequest, OverriddenState, Overrides, request};
use crate::{
    block::Block,
    state::{Overlay, StateSource},
    trace::{Place, Trace, TraceError, TraceLimits, TraceOptions, trace_call_at},
    vm::{
        BlockContext, Environment, ExecutionResult, Inspector, Recorded, Stop, TxEnv, Watched,
        collision, execute_error,
    },
};
use alloy_primitives::Bytes;
use revm::inspector::NoOpInspector;

/// A block and the state after it, on which calls are tried. Nothing is changed by them.
#[derive(Debug)]
pub struct Simulation<'a> {
    pub(super) environment: Environment,
    pub(super) state: OverriddenState<'a>,
    pub(super) limits: CallLimits<'a>,
}

/// What the EVM of a simulation works on.
pub(super) type CallContext<'a> = BlockContext<Overlay<'a>>;

impl<'a> Simulation<'a> {
    /// Calls in `block` (its transactions are not run) on `state`, both as `overrides` change them.
    ///
    /// # Errors
    ///
    /// - [`CallError::Conflict`]: the overrides contradict themselves.
    /// - [`CallError::StateUnavailable`]: an overridden account cannot be read.
    pub fn new(
        block: &Block,
        state: &'a dyn StateSource,
        overrides: &Overrides,
        limits: CallLimits<'a>,
    ) -> Result<Self, CallError> {
        Ok(Self {
            environment: overrides
                .environment(block)?
                .with_memory_limit(limits.memory),
            state: OverriddenState::new(state, overrides)?,
            limits,
        })
    }

    /// Returns what the call returns, as `eth_call` does. It has at most [`CallLimits::gas`] gas, and
    /// that much where it names none.
    ///
    /// # Errors
    ///
    /// [`CallError::Reverted`], [`CallError::Halted`] and [`CallError::Invalid`] when the call does
    /// not succeed; others when there is no telling.
    pub fn call(&self, request: &CallRequest) -> Result<Bytes, CallError> {
        let (transaction, environment) = self.read(request)?;
        match self.execute(transaction, &environment)? {
            ExecutionResult::Success { output, .. } => Ok(output.into_data()),
            failed => Err(failure(failed)),
        }
    }

    /// Returns what the call does, as `debug_traceCall` does. Of the limits, those in `limits` hold for
    /// the time.
    ///
    /// # Errors
    ///
    /// As [`trace_call`](crate::trace::trace_call), and [`TraceError::Request`].
    pub fn trace(
        &self,
        request: &CallRequest,
        options: &TraceOptions,
        limits: &TraceLimits<'_>,
    ) -> Result<Trace, TraceError> {
        self.trace_at(Place::default(), request, options, limits)
    }

    /// The same, of a call that stands at `place`.
    pub(crate) fn trace_at(
        &self,
        place: Place,
        request: &CallRequest,
        options: &TraceOptions,
        limits: &TraceLimits<'_>,
    ) -> Result<Trace, TraceError> {
        let (transaction, environment) = self.read(request)?;
        let state = &self.state;
        trace_call_at(place, transaction, &environment, state, options, limits)
    }

    pub(super) fn read(
        &self,
        request: &CallRequest,
    ) -> Result<(TxEnv, Environment), super::Conflict> {
        request::read(request, &self.environment, self.limits.gas)
    }

    fn overlay(&self, environment: &Environment) -> Overlay<'_> {
        Overlay::new(&self.state, environment.spec())
    }

    /// Runs `transaction` on the state as it is.
    pub(super) fn execute(
        &self,
        transaction: TxEnv,
        environment: &Environment,
    ) -> Result<ExecutionResult, CallError> {
        if self.limits.watch.is_some() {
            return Ok(self.inspect(transaction, environment, NoOpInspector)?.0);
        }
        let overlay = self.overlay(environment);
        let ran = collision::transact(&mut environment.evm(overlay), transaction);
        Ok(ran.map_err(|error| execute_error(Some(0), error))?.result)
    }

    /// The same, and shows each step to `inspector`.
    pub(super) fn inspect<'s, I>(
        &'s self,
        transaction: TxEnv,
        environment: &Environment,
        inspector: I,
    ) -> Result<(ExecutionResult, I), CallError>
    where
        I: Inspector<CallContext<'s>>,
    {
        let watched = Watched::new(inspector, self.limits.watch, Recorded::default(), 0);
        let overlay = self.overlay(environment);
        let mut evm = environment.inspected_evm(overlay, watched);
        let ran = collision::inspect(&mut evm, transaction);
        if let Some(Stop::Interrupted(interrupt)) = evm.inspector.stopped() {
            return Err(CallError::Interrupted(interrupt));
        }
        let ran = ran.map_err(|error| execute_error(Some(0), error))?;
        Ok((ran.result, evm.inspector.inner))
    }
}

/// Why a call that ran did not succeed.
pub(super) fn failure(result: ExecutionResult) -> CallError {
    match result {
        ExecutionResult::Halt { reason, .. } => CallError::Halted { reason },
        other => CallError::Reverted {
            data: other.into_output().unwrap_or_default(),
        },
    }
}
