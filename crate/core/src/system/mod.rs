//! What the protocol itself does at the edges of a block: one EIP, one file.

use alloy_eips::eip7685::Requests;

/// What the system calls returned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemResult {
    /// Requests to the consensus layer (EIP-7685); `None` before Prague and where a contract that
    /// makes requests is not in the state.
    pub requests: Option<Requests>,
    /// True when nothing was skipped: every system contract was in the state and every ommer known.
    pub is_complete: bool,
}
