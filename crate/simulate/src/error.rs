//! Error of a simulated call, with its JSON-RPC code.

use crate::{InvalidRequest, Rejected, revert_reason::revert_reason};
use alloy_primitives::Bytes;
use parevm::{
    execute::ExecuteError,
    interrupt::Interrupt,
    state::{SourceError, StateSource},
    vm::{Environment, HaltReason, TxEnv, execute_error},
};
use revm::context::result::EVMError;

/// Error of a simulated call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The call reverted.
    #[error("execution reverted{}", Reason(data))]
    Reverted {
        /// Output of the call.
        data: Bytes,
    },
    /// The call halted: out of gas, an invalid opcode, ...
    #[error("{message}")]
    Halted {
        /// Kind of the halt.
        reason: HaltReason,
        /// geth's error text, with the opcode or the height of the stack.
        message: String,
    },
    /// The call fails with all the gas that it may use.
    #[error("gas required exceeds allowance ({allowance})")]
    GasRequired {
        /// Gas that it may use: the least of request, limits, and what the sender can pay.
        allowance: u64,
    },
    /// The transaction is invalid in every block.
    #[error(transparent)]
    Invalid(#[from] Rejected),
    /// The request contradicts itself.
    #[error(transparent)]
    InvalidRequest(#[from] InvalidRequest),
    /// The request exceeded its time or memory, or was cancelled.
    #[error(transparent)]
    Interrupted(Interrupt),
    /// The state source failed. Retrying may help.
    #[error("the state is unavailable")]
    StateUnavailable(#[from] SourceError),
    /// The EVM failed, or an invariant is broken. Please report it.
    #[error("the EVM failed: {message}")]
    Evm {
        /// Text of the failure.
        message: String,
    },
}

impl CallError {
    /// Returns the JSON-RPC error code, as in geth; -32016 for an exceeded time, -32005 for exceeded memory.
    #[must_use]
    pub const fn code(&self) -> i32 {
        match self {
            Self::Reverted { .. } => 3,
            Self::InvalidRequest(invalid) => invalid.code(),
            Self::Interrupted(interrupt) => interrupt.code(),
            Self::StateUnavailable(_) => -32_002,
            Self::Evm { .. } => -32_603,
            _ => -32_000,
        }
    }

    /// Rewrites the message of [`Self::Invalid`] by `context`, the text that the method adds in geth.
    pub(super) fn in_context(self, context: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Invalid(rejected) => rejected.in_context(context).into(),
            other => other,
        }
    }

    /// Returns the JSON-RPC error data: the output of a revert.
    #[must_use]
    pub const fn data(&self) -> Option<&Bytes> {
        match self {
            Self::Reverted { data } => Some(data),
            _ => None,
        }
    }
}

impl From<ExecuteError> for CallError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::StateUnavailable { source, .. } => Self::StateUnavailable(source),
            ExecuteError::Interrupted(interrupt) => Self::Interrupted(interrupt),
            other => Self::Evm {
                message: other.to_string(),
            },
        }
    }
}

/// Returns the error of `tx` on `state` for an error of the EVM.
pub(super) fn call_error(
    error: EVMError<SourceError>,
    tx: &TxEnv,
    environment: &Environment,
    state: &dyn StateSource,
) -> CallError {
    let EVMError::Transaction(found) = error else {
        return execute_error(Some(0), error).into();
    };
    match state.account(tx.caller) {
        Ok(sender) => Rejected::new(found, tx, environment, &sender.unwrap_or_default()).into(),
        Err(source) => source.into(),
    }
}

struct Reason<'a>(&'a Bytes);

impl std::fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match revert_reason(self.0) {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}
