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
        BlockContext, Environment, ExecutionResult, HaltReason, Inspector, Output, Recorded, Stop,
        TxEnv, Watched, transact,
    },
};
use revm::{context::result::EVMError, inspector::NoOpInspector, interpreter::InstructionResult};

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
        match self.inspect(transaction, environment, Endings::default()) {
            Ok((_, endings)) => failure(failed, &endings),
            Err(error) => error,
        }
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
        let ran = transact::run(&mut environment.evm(overlay), transaction.clone());
        let refused = |error| call_error(error, &transaction, environment, &self.state);
        Ok(ended(ran.map_err(refused)?.result))
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
        let ran = transact::inspect(&mut evm, transaction.clone());
        if let Some(Stop::Interrupted(interrupt)) = evm.inspector.stopped() {
            return Err(CallError::Interrupted(interrupt));
        }
        let refused = |error| call_error(error, &transaction, environment, &self.state);
        let result = ended(ran.map_err(refused)?.result);
        Ok((result, evm.inspector.inner))
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
