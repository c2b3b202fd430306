//! Why a simulation has no result, and how JSON-RPC says it.

use super::{Rejected, reason_of};
use alloy_primitives::{Address, Bytes};
use parevm::{execute::ExecuteError, interrupt::Interrupt, state::SourceError, vm::HaltReason};

/// Why a simulation has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The call reverted.
    #[error("execution reverted{}", Reason(data))]
    Reverted {
        /// What it returned.
        data: Bytes,
    },
    /// The call ended in an exception of the EVM: out of gas, an invalid opcode, ...
    #[error("{words}")]
    Halted {
        /// Which one.
        reason: HaltReason,
        /// The same in geth's words, with the opcode or the height of the stack.
        words: String,
    },
    /// The call does not succeed with all the gas that it may use.
    #[error("gas required exceeds allowance ({allowance})")]
    GasRequired {
        /// Gas that it may use: by the request, the limits, or what the sender can pay.
        allowance: u64,
    },
    /// No block can hold this transaction.
    #[error(transparent)]
    Invalid(#[from] Rejected),
    /// The request contradicts itself.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The request took too much time or memory, or the caller gave up.
    #[error(transparent)]
    Interrupted(Interrupt),
    /// The state source did not answer. Retrying may help.
    #[error("the state is unavailable")]
    StateUnavailable(#[from] SourceError),
    /// The EVM itself failed, or an invariant of ours broke. Please report it.
    #[error("the EVM failed: {message}")]
    Evm {
        /// What it says.
        message: String,
    },
}

/// What contradicts what in a request. Do not retry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// Both kinds of prices.
    #[error("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")]
    Prices,
    /// Both spellings, and they differ.
    #[error(
        "both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass transaction call data"
    )]
    Input,
    /// Another chain.
    #[error("chainId does not match node's (have={given}, want={chain_id})")]
    ChainId {
        /// What the request says.
        given: u64,
        /// What the chain has.
        chain_id: u64,
    },
    /// A transaction with blobs creates no contract.
    #[error("blob transaction of type create")]
    BlobCreate,
    /// A transaction with authorizations creates no contract.
    #[error("EIP-7702 transaction cannot be used to create contract (sender {sender})")]
    AuthorizedCreate {
        /// The sender.
        sender: Address,
    },
    /// What happens around the transactions of a block does not happen around one call.
    #[error("block override \"{field}\" is not supported for this RPC method")]
    BlockOverride {
        /// The overridden field.
        field: &'static str,
    },
    /// The transaction of this type does not have such a field, or cannot be without it.
    #[error("{field} does not fit a transaction of type {transaction_type}")]
    Type {
        /// The field.
        field: &'static str,
        /// What the request says.
        transaction_type: u8,
    },
    /// A number that does not fit.
    #[error("{field} of the block is too large")]
    TooLarge {
        /// The overridden field.
        field: &'static str,
    },
    /// An override replaces the storage and changes it.
    #[error("account {address} has both 'state' and 'stateDiff'")]
    Storage {
        /// The overridden account.
        address: Address,
    },
    /// Only a precompile can be moved.
    #[error("account {address} is not a precompile")]
    NotPrecompile {
        /// The overridden account.
        address: Address,
    },
    /// A precompile is moved onto itself.
    #[error("account {address} is already overridden")]
    MovedToItself {
        /// The overridden account.
        address: Address,
    },
    /// A precompile is moved to where another override is.
    #[error("account {address} is already overridden")]
    Overridden {
        /// Where it is moved to.
        address: Address,
    },
}

impl Conflict {
    /// Code of JSON-RPC: for moved precompiles that of the specification of eth_simulateV1, -32000 where
    /// geth has an error of its own, else "invalid params".
    #[must_use]
    pub const fn code(&self) -> i32 {
        match self {
            Self::MovedToItself { .. } => -38_022,
            Self::Overridden { .. } => -38_023,
            Self::Input | Self::Type { .. } | Self::TooLarge { .. } => -32_602,
            _ => -32_000,
        }
    }
}

impl CallError {
    /// The code of JSON-RPC, as geth sets it; -32016 when the time is up, -32005 when the memory is.
    #[must_use]
    pub const fn code(&self) -> i32 {
        match self {
            Self::Reverted { .. } => 3,
            Self::Conflict(conflict) => conflict.code(),
            Self::Interrupted(interrupt) => interrupt.code(),
            Self::StateUnavailable(_) => -32_002,
            Self::Evm { .. } => -32_603,
            _ => -32_000,
        }
    }

    /// The same, with what the method puts around geth's words for a transaction that no block can hold.
    pub(super) fn said(self, around: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Invalid(rejected) => rejected.said(around).into(),
            other => other,
        }
    }

    /// What belongs in `error.data`: the data of a revert.
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

struct Reason<'a>(&'a Bytes);

impl std::fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match reason_of(self.0) {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}
