//! Location of the state that transactions can conflict about.

use crate::state::StateKey;
use alloy_primitives::{Address, U256};
use std::fmt;

/// Location of the state that transactions can conflict about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// Account: existence, balance, nonce, code hash and storage epoch.
    Account(Address),
    /// Storage slot of an account.
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
