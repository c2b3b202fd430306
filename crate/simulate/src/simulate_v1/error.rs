//! Why blocks cannot be simulated, and how JSON-RPC says it.

use crate::{CallError, Conflict, Rejected};
use alloy_primitives::U256;
use parevm::{execute::ExecuteError, vm::InvalidTransaction};

/// Why blocks cannot be simulated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulateError {
    /// No block is asked for.
    #[error("empty input")]
    NoBlocks,
    /// There would be more than 256 blocks, with those that fill gaps.
    #[error("too many blocks")]
    TooManyBlocks,
    /// There are more calls than a block may have.
    #[error("too many calls in block: {calls} > {limit}")]
    TooManyCallsInBlock {
        /// Calls of the block.
        calls: usize,
        /// Calls that it may have.
        limit: usize,
    },
    /// There are more calls than a request may have.
    #[error("too many calls: {calls} > {limit}")]
    TooManyCalls {
        /// Calls of this block and those before it.
        calls: usize,
        /// Calls that a request may have.
        limit: usize,
    },
    /// Numbers must increase.
    #[error("block numbers must be in order: {number} <= {parent}")]
    NumberOrder {
        /// What the request says.
        number: U256,
        /// Number of the block before.
        parent: u64,
    },
    /// Times must increase.
    #[error("block timestamps must be in order: {time} <= {parent}")]
    TimeOrder {
        /// What the request says, in seconds.
        time: u64,
        /// Time of the block before, in seconds.
        parent: u64,
    },
    /// The call asks for more gas than its block has left.
    #[error("block gas limit reached: remaining: {left}, required: {asked}")]
    BlockGasLimit {
        /// Gas that it asks for.
        asked: u64,
        /// Gas that the block has left.
        left: u64,
    },
    /// As for one call. A call that reverts or halts is none.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl SimulateError {
    /// Code of JSON-RPC, as the specification of eth_simulateV1 and `txValidationError` of geth's
    /// `internal/ethapi/errors.go` set it.
    #[must_use]
    pub fn code(&self) -> i32 {
        use InvalidTransaction as Invalid;
        match self {
            Self::NoBlocks => -32_602,
            Self::TooManyBlocks | Self::TooManyCallsInBlock { .. } | Self::TooManyCalls { .. } => {
                -38_026
            }
            Self::NumberOrder { .. } => -38_020,
            Self::TimeOrder { .. } => -38_021,
            Self::BlockGasLimit { .. } => -38_015,
            Self::Call(CallError::Invalid(Rejected { reason, .. })) => match reason {
                Invalid::NonceTooLow { .. } => -38_010,
                Invalid::NonceTooHigh { .. } => -38_011,
                Invalid::GasPriceLessThanBasefee => -38_012,
                Invalid::CallGasCostMoreThanGasLimit { .. } => -38_013,
                Invalid::LackOfFundForMaxFee { .. } | Invalid::OverflowPaymentInTransaction => {
                    -38_014
                }
                Invalid::RejectCallerWithCode => -38_024,
                Invalid::CreateInitCodeSizeLimit => -38_025,
                Invalid::PriorityFeeGreaterThanMaxFee => -32_602,
                _ => -32_603,
            },
            Self::Call(error) => error.code(),
        }
    }
}

impl From<Conflict> for SimulateError {
    fn from(conflict: Conflict) -> Self {
        CallError::from(conflict).into()
    }
}

impl From<ExecuteError> for SimulateError {
    fn from(error: ExecuteError) -> Self {
        CallError::from(error).into()
    }
}
