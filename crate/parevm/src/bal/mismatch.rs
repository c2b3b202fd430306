//! Why a block could not be run by its access list.

use super::{Difference, ListRule};
use alloy_primitives::Address;

/// Why a block could not be run by its access list, and was run another way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BalMismatch {
    /// The list breaks a rule of EIP-7928.
    #[error("the access list is malformed: {0}")]
    Malformed(ListRule),
    /// What ran is not what is listed.
    #[error("the access list is wrong: {}", match .first {
        Some(first) => first.to_string(),
        None => "a transaction does not run by it".to_owned(),
    })]
    Differs {
        /// The first difference between the list and the one that the block makes; `None` where
        /// the block has none because it is invalid.
        first: Option<Difference>,
    },
    /// Before Spurious Dragon empty accounts exist, and no list tells them from absent ones.
    #[error("before Spurious Dragon a block cannot be run by an access list")]
    Fork,
    /// The storage of this account was emptied. What of it no transaction read is not listed.
    #[error("the storage of {address} was emptied, which no access list tells")]
    StorageReset {
        /// The account.
        address: Address,
    },
    /// This account is empty and in the state, which no list tells from an absent one.
    #[error("account {address} is empty and not absent, which no access list tells")]
    EmptyAccount {
        /// The account.
        address: Address,
    },
}
