//! Why there is no report.

use crate::CallError;

/// Why there is no report. That a call fails is no reason: the report says it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A call is wrong in itself, or there is no telling what it does.
    #[error("calls[{index}]")]
    Call {
        /// Its position.
        index: usize,
        /// What is wrong.
        source: Box<ReportError>,
    },
    /// There is nothing to try.
    #[error("calls: there is none")]
    NoCalls,
    /// Blobs are given in two ways.
    #[error("both blobCount and blobVersionedHashes are given")]
    Blobs,
    /// Nobody is known to sign a delegation.
    #[error(
        "authorizationList[{index}]: either authority, or yParity, r, s, chainId and nonce, are needed"
    )]
    Authorization {
        /// Its position.
        index: usize,
    },
    /// The call cannot be tried, or took too long.
    #[error(transparent)]
    Try(#[from] CallError),
    /// More would be told than is allowed: contracts call, log or return without end.
    #[error("the report takes more than {limit} bytes")]
    TooLarge {
        /// Bytes that may be recorded.
        limit: usize,
    },
    /// To compare what tokens say with their events takes too much.
    #[error("to check balances takes more than {limit} gas")]
    Questions {
        /// Gas that may be used for it.
        limit: u64,
    },
}

impl ReportError {
    /// The code of JSON-RPC.
    #[must_use]
    pub const fn code(&self) -> i32 {
        match self {
            Self::Call { source, .. } => source.code(),
            Self::Try(CallError::Conflict(_)) => -32_602,
            Self::NoCalls | Self::Blobs | Self::Authorization { .. } => -32_602,
            Self::Try(error) => error.code(),
            Self::TooLarge { .. } | Self::Questions { .. } => -32_005,
        }
    }
}
