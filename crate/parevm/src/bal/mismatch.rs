//! Reason why a block could not be executed by its access list.

use super::{BalDifference, ListRule};
use alloy_primitives::Address;

/// Reason why a block could not be executed by its access list, and was executed without it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BalMismatch {
    /// The list breaks a rule of EIP-7928.
    #[error("the access list is malformed: {0}")]
    Malformed(ListRule),
    /// The execution differs from the list.
    #[error("the access list is wrong: {}", match .first {
        Some(first) => first.to_string(),
        None => "a transaction does not match it".to_owned(),
    })]
    Differs {
        /// First difference between the list and that of the execution; `None` if the block is
        /// invalid and has no list.
        first: Option<BalDifference>,
    },
    /// The fork is older than Spurious Dragon: empty accounts exist, and a list cannot distinguish
    /// them from absent ones.
    #[error("a block before Spurious Dragon cannot be executed by an access list")]
    Fork,
    /// The storage of this account was cleared, with slots that no transaction read.
    #[error("storage of {address} was cleared; an access list cannot express that")]
    StorageReset {
        /// Account.
        address: Address,
    },
    /// This account exists and is empty, which a list cannot distinguish from an absent one.
    #[error("account {address} exists and is empty; an access list cannot express that")]
    EmptyAccount {
        /// Account.
        address: Address,
    },
}
