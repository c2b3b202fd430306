//! Error of a report, with its JSON-RPC code.

use crate::CallError;

/// Error of a report. A call that fails is not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A call is invalid as a request, or has no result.
    #[error("calls[{index}]")]
    Call {
        /// Index of the call.
        index: usize,
        /// Error of the call.
        source: Box<ReportError>,
    },
    /// The bundle has no calls.
    #[error("calls: there is none")]
    NoCalls,
    /// The call has both a blob count and blob hashes.
    #[error("both blobCount and blobVersionedHashes are given")]
    Blobs,
    /// The authorization has neither an authority nor a signature.
    #[error(
        "authorizationList[{index}]: either authority, or yParity, r, s, chainId and nonce, are needed"
    )]
    Authorization {
        /// Index of the authorization.
        index: usize,
    },
    /// The call cannot be simulated, or exceeded its time.
    #[error(transparent)]
    Simulation(#[from] CallError),
    /// The report would exceed its bytes: a contract calls, logs or returns without end.
    #[error("the report takes more than {limit} bytes")]
    TooLarge {
        /// Bytes that may be recorded.
        limit: usize,
    },
    /// The queries that compare tokens with their events exceed their gas.
    #[error("to check balances takes more than {limit} gas")]
    QueryGas {
        /// Gas of all queries.
        limit: u64,
    },
}

impl ReportError {
    /// Returns the JSON-RPC error code.
    #[must_use]
    pub const fn code(&self) -> i32 {
        match self {
            Self::Call { source, .. } => source.code(),
            Self::Simulation(CallError::InvalidRequest(_)) => -32_602,
            Self::NoCalls | Self::Blobs | Self::Authorization { .. } => -32_602,
            Self::Simulation(error) => error.code(),
            Self::TooLarge { .. } | Self::QueryGas { .. } => -32_005,
        }
    }
}
