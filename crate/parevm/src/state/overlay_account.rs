//! Account of an overlay.

use super::{Account, SourceError, StateSource};
use alloy_primitives::{
    Address, U256,
    map::{U256Map, hash_map::Entry},
};

/// Account of an overlay: its original in the source, and the account at present.
#[derive(Debug, Default)]
pub(super) struct OverlayAccount {
    pub(super) original: Option<Account>,
    pub(super) present: Option<Account>,
    pub(super) storage_reset: bool,
    pub(super) slots: U256Map<OverlaySlot>,
}

/// Storage slot of an [`OverlayAccount`].
#[derive(Clone, Copy, Debug)]
pub(super) struct OverlaySlot {
    pub(super) original: U256,
    pub(super) present: U256,
}

impl OverlayAccount {
    /// Creates an unchanged account.
    pub(super) fn new(original: Option<Account>) -> Self {
        Self {
            original,
            present: original,
            ..Self::default()
        }
    }

    /// Returns whether slots that are not cached have their value in the source: not if the account is
    /// new to it or was created again.
    pub(super) const fn has_source_storage(&self) -> bool {
        !self.storage_reset && self.original.is_some()
    }

    /// Returns the present value of the slot `key` of this account, which is the one at `address`.
    /// Reads `source` at most once for each slot.
    pub(super) fn slot(
        &mut self,
        source: &dyn StateSource,
        address: Address,
        key: U256,
    ) -> Result<U256, SourceError> {
        let is_in_source = self.has_source_storage();
        Ok(match self.slots.entry(key) {
            Entry::Occupied(entry) => entry.get().present,
            Entry::Vacant(entry) => {
                let value = if is_in_source {
                    source.storage(address, key)?
                } else {
                    U256::ZERO
                };
                let slot = OverlaySlot {
                    original: value,
                    present: value,
                };
                entry.insert(slot).present
            }
        })
    }
}
