//! Error of a block simulation, with its JSON-RPC code.

use crate::{CallError, InvalidRequest, Rejected};
use alloy_primitives::U256;
use parevm::{execute::ExecuteError, vm::InvalidTransaction};

/// Error of a block simulation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulateError {
    /// The payload has no blocks.
    #[error("empty input")]
    NoBlocks,
    /// The payload has more than 256 blocks, with those that fill gaps.
    #[error("too many blocks")]
    TooManyBlocks,
    /// A block has more calls than the limit.
    #[error("too many calls in block: {calls} > {limit}")]
    TooManyCallsInBlock {
        /// Number of calls of the block.
        calls: usize,
        /// Most calls of a block.
        limit: usize,
    },
    /// The payload has more calls than the limit.
    #[error("too many calls: {calls} > {limit}")]
    TooManyCalls {
        /// Number of calls of this block and those before it.
        calls: usize,
        /// Most calls of a payload.
        limit: usize,
    },
    /// Block numbers do not increase.
    #[error("block numbers must be in order: {number} <= {parent}")]
    NumberOrder {
        /// Number of the block.
        number: U256,
        /// Number of the block before it.
        parent: u64,
    },
    /// Block times do not increase.
    #[error("block timestamps must be in order: {time} <= {parent}")]
    TimeOrder {
        /// Time of the block, in seconds.
        time: u64,
        /// Time of the block before it, in seconds.
        parent: u64,
    },
    /// The call requests more gas than its block has left.
    #[error("block gas limit reached: remaining: {left}, required: {requested}")]
    BlockGasLimit {
        /// Gas of the call.
        requested: u64,
        /// Gas that the block has left.
        left: u64,
    },
    /// A call is invalid or has no result. A call that reverts or halts is not an error.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl SimulateError {
    /// Returns the JSON-RPC error code, by the specification of `eth_simulateV1` and `txValidationError` of geth's
    /// `internal/ethapi/errors.go`.
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

impl From<InvalidRequest> for SimulateError {
    fn from(invalid: InvalidRequest) -> Self {
        CallError::from(invalid).into()
    }
}

impl From<ExecuteError> for SimulateError {
    fn from(error: ExecuteError) -> Self {
        CallError::from(error).into()
    }
}
