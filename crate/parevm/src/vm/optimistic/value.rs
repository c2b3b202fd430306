//! Values of locations.

use super::location::Location;
use crate::state::{Account, SourceError, StateSource};
use alloy_primitives::U256;

/// Value of a [`Location`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateValue {
    Account(AccountValue),
    Slot(SlotValue),
}

/// Account without its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountValue {
    /// `None` if the account does not exist.
    pub(crate) account: Option<Account>,
    /// Epoch of the storage. It grows whenever the storage is cleared; a slot of another epoch is zero.
    pub(crate) epoch: Epoch,
}

/// Storage slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotValue {
    pub(crate) value: U256,
    /// Epoch of the storage that the value was written to.
    pub(crate) epoch: Epoch,
}

/// Epoch of an account's storage: 0 before the block, larger after each clearing.
pub(crate) type Epoch = u64;

impl AccountValue {
    /// Account that does not exist, with the storage before the block.
    pub(crate) const ABSENT: Self = Self {
        account: None,
        epoch: 0,
    };

    /// Returns the balance in wei; zero if the account does not exist.
    pub(crate) fn balance(&self) -> U256 {
        self.account.map_or(U256::ZERO, |account| account.balance)
    }
}

impl StateValue {
    /// Returns the account of an account's location.
    pub(crate) fn into_account(self) -> AccountValue {
        match self {
            Self::Account(account) => account,
            // The variant of a location never changes.
            Self::Slot(_) => AccountValue::ABSENT,
        }
    }

    /// Reads the value of `location` before the block.
    ///
    /// # Errors
    ///
    /// The source failed.
    pub(crate) fn read(source: &dyn StateSource, location: &Location) -> Result<Self, SourceError> {
        Ok(match location {
            Location::Account(address) => Self::Account(AccountValue {
                account: source.account(*address)?,
                epoch: 0,
            }),
            Location::Slot(address, slot) => Self::Slot(SlotValue {
                value: source.storage(*address, *slot)?,
                epoch: 0,
            }),
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use alloy_primitives::{B256, KECCAK256_EMPTY};

    pub(crate) const CODE: B256 = B256::repeat_byte(1);

    pub(crate) fn value(balance: u64, nonce: u64, code_hash: B256) -> AccountValue {
        let balance = U256::from(balance);
        AccountValue {
            account: Some(Account {
                balance,
                nonce,
                code_hash,
            }),
            epoch: 0,
        }
    }

    pub(crate) fn contract(balance: u64) -> AccountValue {
        value(balance, 1, CODE)
    }

    pub(crate) fn bare(balance: u64) -> AccountValue {
        value(balance, 0, KECCAK256_EMPTY)
    }
}
