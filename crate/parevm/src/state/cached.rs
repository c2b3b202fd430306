//! One account of an overlay.

use super::{Account, SourceError, StateSource};
use alloy_primitives::{
    Address, U256,
    map::{U256Map, hash_map::Entry},
};

/// An account of the state below, and as it is now.
#[derive(Debug, Default)]
pub(super) struct Cached {
    pub(super) before: Option<Account>,
    pub(super) now: Option<Account>,
    pub(super) storage_reset: bool,
    pub(super) slots: U256Map<Slot>,
}

impl Cached {
    /// An account that is as it was before.
    pub(super) fn new(before: Option<Account>) -> Self {
        Self {
            before,
            now: before,
            ..Self::default()
        }
    }

    /// False for an account that was not there before or has been created anew.
    pub(super) const fn has_storage_below(&self) -> bool {
        !self.storage_reset && self.before.is_some()
    }

    /// The value at `key` of this account, which is the one at `address`: asked of `source` once.
    pub(super) fn slot(
        &mut self,
        source: &dyn StateSource,
        address: Address,
        key: U256,
    ) -> Result<U256, SourceError> {
        let is_below = self.has_storage_below();
        Ok(match self.slots.entry(key) {
            Entry::Occupied(entry) => entry.get().now,
            Entry::Vacant(entry) => {
                let value = if is_below {
                    source.storage(address, key)?
                } else {
                    U256::ZERO
                };
                entry
                    .insert(Slot {
                        before: value,
                        now: value,
                    })
                    .now
            }
        })
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) before: U256,
    pub(super) now: U256,
}
