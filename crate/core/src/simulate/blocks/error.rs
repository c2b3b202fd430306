//! Why blocks cannot be simulated, and how JSON-RPC says it.

use crate::{
    execute::ExecuteError,
    simulate::{CallError, Conflict},
    vm::InvalidTransaction,
};
use alloy_primitives::U256;

/// Why blocks cannot be simulated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulateError {
    /// No block is asked for.
    #[error("blockStateCalls is empty")]
    NoBlocks,
    /// There would be more than 256 blocks, with those that fill gaps.
    #[error("too many blocks")]
    TooManyBlocks,
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
    #[error("block gas limit reached: the call asks for {asked}, {left} is left")]
    BlockGasLimit {
        /// Gas that it asks for.
        asked: u64,
        /// Gas that the block has left.
        left: u64,
    },
    /// The calls carry more blobs than a block may have.
    #[error("block blob gas limit reached: {used} is used, {limit} is allowed")]
    BlobGasLimit {
        /// Blob gas of the calls so far.
        used: u64,
        /// Blob gas of a block.
        limit: u64,
    },
    /// The calls need more gas than one request may use.
    #[error("the gas limit of one request is exhausted: the call asks for {asked}, {left} is left")]
    GasLimit {
        /// Gas that the call asks for.
        asked: u64,
        /// Gas that the request may still use.
        left: u64,
    },
    /// As for one call. A call that reverts or halts is none.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl SimulateError {
    /// The code of JSON-RPC, as the specification of eth_simulateV1 sets it.
    #[must_use]
    pub fn code(&self) -> i32 {
        use InvalidTransaction as Invalid;
        match self {
            Self::NoBlocks => -32_602,
            Self::TooManyBlocks | Self::GasLimit { .. } => -38_026,
            Self::NumberOrder { .. } => -38_020,
            Self::TimeOrder { .. } => -38_021,
            Self::BlockGasLimit { .. } | Self::BlobGasLimit { .. } => -38_015,
            Self::Call(CallError::Invalid(invalid)) => match invalid {
                Invalid::NonceTooLow { .. } => -38_010,
                Invalid::NonceTooHigh { .. } => -38_011,
                Invalid::GasPriceLessThanBasefee | Invalid::BlobGasPriceGreaterThanMax { .. } => {
                    -38_012
                }
                Invalid::CallGasCostMoreThanGasLimit { .. }
                | Invalid::GasFloorMoreThanGasLimit { .. } => -38_013,
                Invalid::LackOfFundForMaxFee { .. } | Invalid::OverflowPaymentInTransaction => {
                    -38_014
                }
                Invalid::CallerGasLimitMoreThanBlock => -38_015,
                Invalid::RejectCallerWithCode => -38_024,
                Invalid::CreateInitCodeSizeLimit => -38_025,
                Invalid::PriorityFeeGreaterThanMaxFee => -32_005,
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
        match error {
            ExecuteError::BlobGasExceeded {
                blob_gas, limit, ..
            } => Self::BlobGasLimit {
                used: blob_gas,
                limit,
            },
            error => CallError::from(error).into(),
        }
    }
}
