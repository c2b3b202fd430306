//! Where the state of Ethereum lies, as the parallel executor names it.

use crate::state::StateKey;
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

impl From<&Location> for StateKey {
    fn from(location: &Location) -> Self {
        match *location {
            Location::Account(address) => Self::Account(address),
            Location::Slot(address, slot) => Self::Slot(address, slot),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(address) => write!(f, "account {address}"),
            Self::Slot(address, slot) => write!(f, "slot {slot:#x} of {address}"),
        }
    }
}
