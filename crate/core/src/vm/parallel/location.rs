//! Where the state of Ethereum lies, as the parallel executor names it.

use alloy_primitives::{Address, U256};

/// One location of the multi-version memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Location {
    /// Existence, balance, nonce, code hash and storage epoch of an account.
    Account(Address),
    /// One slot of an account's storage.
    Slot(Address, U256),
}
