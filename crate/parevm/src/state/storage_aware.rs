//! Database that answers whether an account has storage.

use alloy_primitives::Address;
use revm::{Database, state::AccountInfo};

/// Database that answers whether an account has storage (EIP-7610).
pub trait StorageAware: Database {
    /// Returns whether the account at `address`, which revm has loaded as `info`, has a nonzero slot.
    ///
    /// # Errors
    ///
    /// The state cannot be read.
    fn has_storage(&mut self, address: Address, info: &AccountInfo) -> Result<bool, Self::Error>;
}

impl<DB: StorageAware> StorageAware for &mut DB {
    fn has_storage(&mut self, address: Address, info: &AccountInfo) -> Result<bool, Self::Error> {
        (**self).has_storage(address, info)
    }
}
