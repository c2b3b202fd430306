//! Where the state of Ethereum lies, as the parallel executor names it.

use alloy_primitives::{Address, U256};
use std::fmt;

/// A part of the state that transactions can conflict about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// Existence, balance, nonce, code hash and storage epoch of an account.
    Account(Address),
    /// One slot of an account's storage.
    Slot(Address, U256),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(address) => write!(f, "account {address}"),
            Self::Slot(address, slot) => write!(f, "slot {slot:#x} of {address}"),
        }
    }
}
