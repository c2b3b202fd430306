//! One call on top of a block's state.

use super::{
    CallError, CallLimits, CallRequest, OverriddenState, Overrides, rejected::call_error, request,
};
use crate::trace::{
    Endings, Place, Trace, TraceError, TraceLimits, TraceOptions, halt_words, trace_call_at,
};
use alloy_primitives::Bytes;
use parevm::{
    block::Block,
    execute::ExecuteError,
    state::{Overlay, StateSource},
    vm::{
        Bounds, Environment, ExecutionResult, HaltReason, Output, OverlayInspector, TransactError,
        TxEnv, inspect, transact, transact_watched,
    },
};
use revm::{
    context::result::{EVMError, ResultAndState},
    interpreter::InstructionResult,
};

/// A block and the state after it, on which calls are tried. Nothing is changed by them.
#[derive(Debug)]
pub struct Simulation<'a> {
    pub(super) environment: Environment,
    pub(super) state: OverriddenState<'a>,
    pub(super) limits: CallLimits<'a>,
}

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
        let gas = transaction.gas_limit;
        let ran = self.execute(transaction.clone(), &environment);
        match ran
            .map_err(|error| error.said(|words| format!("err: {words} (supplied gas {gas})")))?
        {
            ExecutionResult::Success { output, .. } => Ok(output.into_data()),
            failed => Err(self.failure(failed, transaction, &environment)),
        }
    }

    /// Returns what the call does, as `debug_traceCall` does. Of the limits, those in `limits` hold for
    /// the time.
    ///
    /// # Errors
    ///
    /// As [`trace_call`](crate::trace::trace_call), and [`TraceError::Call`].
    pub fn trace(
        &self,
        request: &CallRequest,
        options: &TraceOptions,
        limits: &TraceLimits<'_>,
    ) -> Result<Trace, TraceError> {
        self.trace_at(Place::default(), request, options, limits)
    }

    /// The same, of a call that stands at `place`.
    pub fn trace_at(
        &self,
        place: Place,
        request: &CallRequest,
        options: &TraceOptions,
        limits: &TraceLimits<'_>,
    ) -> Result<Trace, TraceError> {
        let (transaction, environment) = self.read(request)?;
        let state = &self.state;
        let call = transaction.clone();
        trace_call_at(place, call, &environment, state, options, limits).map_err(|error| {
            let TraceError::Execute(ExecuteError::InvalidTransaction { source, .. }) = error else {
                return error;
            };
            let error = EVMError::Transaction(source);
            let error = call_error(error, &transaction, &environment, state);
            error
                .said(|words| format!("tracing failed: {words}"))
                .into()
        })
    }

    pub(super) fn read(&self, request: &CallRequest) -> Result<(TxEnv, Environment), CallError> {
        request::read(request, &self.environment, &self.state, self.limits.gas)
    }

    /// Why `transaction`, which has run, did not succeed.
    pub(super) fn failure(
        &self,
        failed: ExecutionResult,
        transaction: TxEnv,
        environment: &Environment,
    ) -> CallError {
        if !failed.is_halt() {
            return failure(failed, &Endings::default());
        }
        // A result does not say enough; a call that succeeds need not pay for it.
        let mut endings = Endings::default();
        match self.inspect(transaction, environment, &mut endings) {
            Ok(_) => failure(failed, &endings),
            Err(error) => error,
        }
    }

    /// Runs `transaction` on the state as it is.
    pub(super) fn execute(
        &self,
        transaction: TxEnv,
        environment: &Environment,
    ) -> Result<ExecutionResult, CallError> {
        let mut overlay = Overlay::new(&self.state, environment.spec());
        let ran = match self.limits.watch {
            None => {
                let ran = transact(environment, &mut overlay, transaction.clone());
                ran.map_err(TransactError::Evm)
            }
            watch => transact_watched(environment, &mut overlay, transaction.clone(), watch),
        };
        self.ended(ran, &transaction, environment)
    }

    /// As [`Self::execute`], and passes every step of the EVM to `inspector`.
    pub(super) fn inspect<'s>(
        &'s self,
        transaction: TxEnv,
        environment: &Environment,
        inspector: &mut OverlayInspector<'_, 's>,
    ) -> Result<ExecutionResult, CallError> {
        let mut overlay = Overlay::new(&self.state, environment.spec());
        let mut bounds = Bounds::of_time(self.limits.watch);
        let called = transaction.clone();
        let ran = inspect(environment, &mut overlay, called, inspector, &mut bounds);
        self.ended(ran, &transaction, environment)
    }

    fn ended(
        &self,
        ran: Result<ResultAndState, TransactError>,
        transaction: &TxEnv,
        environment: &Environment,
    ) -> Result<ExecutionResult, CallError> {
        match ran {
            Ok(ran) => Ok(ended(ran.result)),
            Err(TransactError::Interrupted(interrupt)) => Err(CallError::Interrupted(interrupt)),
            Err(TransactError::TooLarge) => Err(ExecuteError::Bug {
                invariant: "a call records nothing",
            }
            .into()),
            Err(TransactError::Evm(error)) => {
                Err(call_error(error, transaction, environment, &self.state))
            }
        }
    }
}

/// How a transaction whose nonce was not checked has ended. revm says that the sender with the last nonce
/// created a contract without an address; geth, that the creation failed.
pub(super) fn ended(result: ExecutionResult) -> ExecutionResult {
    match result {
        ExecutionResult::Success {
            output: Output::Create(_, None),
            gas,
            logs,
            ..
        } => ExecutionResult::Halt {
            reason: HaltReason::NonceOverflow,
            gas,
            logs,
        },
        other => other,
    }
}

/// Why a call that ran did not succeed. `endings` have watched it.
pub(super) fn failure(result: ExecutionResult, endings: &Endings) -> CallError {
    match result {
        ExecutionResult::Halt { reason, .. } => {
            let found = endings.outermost().map(str::to_owned);
            let words = found.unwrap_or_else(|| {
                let words = halt_words(InstructionResult::from(reason.clone()));
                words.map_or_else(|| reason.to_string(), str::to_owned)
            });
            CallError::Halted { reason, words }
        }
        other => CallError::Reverted {
            data: other.into_output().unwrap_or_default(),
        },
    }
}
