//! Error of a saved node.

use super::super::NodeError;
use crate::{chain::SavedChainError, request::RpcError};
use alloy_eips::eip2718::Eip2718Error;
use parevm::json::ValueError;

/// Reason why bytes cannot be restored to a node.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The options are wrong.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The bytes are cut off or altered.
    #[error("a saved node is damaged: its checksum does not match")]
    Damaged,
    /// A version with another format wrote the bytes.
    #[error("a saved node has format {found}, this version reads {supported}")]
    Format {
        /// Format of the bytes.
        found: u64,
        /// Format of this version.
        supported: u32,
    },
    /// [`Node::save`](super::super::Node::save) did not write the bytes.
    #[error("a saved node cannot be decoded")]
    Encoding(#[from] postcard::Error),
    /// Bytes follow the saved node.
    #[error("{0} bytes follow a saved node")]
    Trailing(usize),
    /// The blobs of a transaction cannot be decoded.
    #[error("the blobs of a saved transaction cannot be decoded")]
    Blobs(#[from] alloy_rlp::Error),
    /// A pending transaction cannot be decoded.
    #[error("a transaction of a saved node cannot be decoded")]
    Transaction(#[from] Eip2718Error),
    /// The options are not JSON of options.
    #[error("the options of a saved node cannot be decoded")]
    Options(#[source] ValueError),
    /// A log filter is not JSON.
    #[error("a filter of a saved node cannot be decoded")]
    Filter(#[source] serde_json::Error),
    /// A log filter is invalid.
    #[error("a filter of a saved node is invalid")]
    LogFilter(#[source] RpcError),
    /// A chain is incomplete.
    #[error("a chain of a saved node is invalid")]
    Chain(#[from] SavedChainError),
    /// A part is missing.
    #[error("a saved node has no {0}")]
    Missing(&'static str),
}
