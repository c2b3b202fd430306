//! Simulation of one call on a block's state.

use crate::{
    CallError, CallLimits, CallRequest, Overrides,
    error::call_error,
    overridden_state::OverriddenState,
    request,
    trace::{FrameOutcomes, halt_text},
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
use revm::{context::result::ResultAndState, interpreter::InstructionResult};

/// Block and state on which calls are simulated, with overrides and limits. Calls change neither.
#[derive(Debug)]
pub struct Simulation<'a> {
    pub(super) environment: Environment,
    pub(super) state: OverriddenState<'a>,
    pub(super) limits: CallLimits<'a>,
}

impl<'a> Simulation<'a> {
    /// Returns a simulation in `block`, whose transactions are not executed, on `state`, with `overrides` on both.
    ///
    /// # Errors
    ///
    /// - [`CallError::InvalidRequest`]: the overrides contradict each other.
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
                .with_memory_limit(limits.memory)
                .with_precompile_memo(),
            state: OverriddenState::new(state, overrides)?,
            limits,
        })
    }

    /// Executes the call and returns its output, as `eth_call` does. Its gas is capped at [`CallLimits::gas`], which
    /// is also the default.
    ///
    /// # Errors
    ///
    /// - [`CallError::Reverted`], [`CallError::Halted`], [`CallError::Invalid`]: the call fails.
    /// - [`CallError::InvalidRequest`]: the request contradicts itself.
    /// - [`CallError::Interrupted`], [`CallError::StateUnavailable`], [`CallError::Evm`]: the call has no result.
    pub fn call(&self, request: &CallRequest) -> Result<Bytes, CallError> {
        let (transaction, environment) = self.resolve(request)?;
        let gas = transaction.gas_limit;
        let ran = self.execute(transaction.clone(), &environment);
        match ran.map_err(|error| {
            error.in_context(|message| format!("err: {message} (supplied gas {gas})"))
        })? {
            ExecutionResult::Success { output, .. } => Ok(output.into_data()),
            failed => Err(self.failure(failed, transaction, &environment)),
        }
    }

    pub(super) fn resolve(&self, request: &CallRequest) -> Result<(TxEnv, Environment), CallError> {
        request::resolve(request, &self.environment, &self.state, self.limits.gas)
    }

    /// Returns the error of `transaction`, which ended with `failed`.
    pub(super) fn failure(
        &self,
        failed: ExecutionResult,
        transaction: TxEnv,
        environment: &Environment,
    ) -> CallError {
        if !failed.is_halt() {
            return failure(failed, &FrameOutcomes::default());
        }
        // The text needs more than the result: only a failed call pays for a second run with an inspector.
        let mut outcomes = FrameOutcomes::default();
        match self.inspect(transaction, environment, &mut outcomes) {
            Ok(_) => failure(failed, &outcomes),
            Err(error) => error,
        }
    }

    /// Executes `transaction` on the state; its changes are dropped.
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
        self.result_of(ran, &transaction, environment)
    }

    /// Executes `transaction` with `inspector`; its changes are dropped.
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
        self.result_of(ran, &transaction, environment)
    }

    /// Returns the corrected result of a run, or its error.
    fn result_of(
        &self,
        ran: Result<ResultAndState, TransactError>,
        transaction: &TxEnv,
        environment: &Environment,
    ) -> Result<ExecutionResult, CallError> {
        match ran {
            Ok(ran) => Ok(corrected(ran.result)),
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

/// Corrects the result of a transaction whose nonce was not checked. If a sender with the last nonce creates a
/// contract, revm succeeds without an address, and geth fails.
pub(super) fn corrected(result: ExecutionResult) -> ExecutionResult {
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

/// Returns the error of a call that ended with `result`. `outcomes` has observed it.
pub(super) fn failure(result: ExecutionResult, outcomes: &FrameOutcomes) -> CallError {
    match result {
        ExecutionResult::Halt { reason, .. } => {
            let observed = outcomes.outermost().map(str::to_owned);
            let message = observed.unwrap_or_else(|| {
                let text = halt_text(InstructionResult::from(reason.clone()));
                text.map_or_else(|| reason.to_string(), str::to_owned)
            });
            CallError::Halted { reason, message }
        }
        other => CallError::Reverted {
            data: other.into_output().unwrap_or_default(),
        },
    }
}
