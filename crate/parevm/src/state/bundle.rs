//! State diff as a [`BundleState`] of revm, the form that reth stores.

use super::{Account, AccountChange, SourceError, StateDiff, StateSource};
use alloy_primitives::{Address, KECCAK256_EMPTY, U256};
use revm::{
    database::{
        AccountStatus, BundleState, StorageWithOriginalValues, TransitionAccount, TransitionState,
        states::{StorageSlot, bundle_state::BundleRetention},
    },
    state::AccountInfo,
};

impl StateDiff {
    /// Converts the diff of one block into a bundle with its reverts. `before` is the state before the block: original
    /// values come from there.
    ///
    /// # Errors
    ///
    /// `before` cannot be read.
    pub fn to_bundle(&self, before: &dyn StateSource) -> Result<BundleState, SourceError> {
        let mut transitions = TransitionState::default();
        for (address, change) in &self.accounts {
            let transition = self.transition(*address, change, before)?;
            transitions.transitions.insert(*address, transition);
        }
        let mut bundle = BundleState::default();
        bundle.apply_transitions_and_create_reverts(transitions, BundleRetention::Reverts);
        Ok(bundle)
    }

    fn transition(
        &self,
        address: Address,
        change: &AccountChange,
        before: &dyn StateSource,
    ) -> Result<TransitionAccount, SourceError> {
        let previous = before.account(address)?;
        let mut storage = StorageWithOriginalValues::default();
        for (slot, present) in &change.slots {
            // Slots of a cleared storage count from zero, as revm has them after a self-destruct.
            let original = match change.storage_reset || previous.is_none() {
                true => U256::ZERO,
                false => before.storage(address, *slot)?,
            };
            storage.insert(*slot, StorageSlot::new_changed(original, *present));
        }
        let previous_status = match previous {
            None => AccountStatus::LoadedNotExisting,
            Some(account) if account.is_empty() => AccountStatus::LoadedEmptyEIP161,
            Some(_) => AccountStatus::Loaded,
        };
        let was_bare = previous
            .is_none_or(|account| account.nonce == 0 && account.code_hash == KECCAK256_EMPTY);
        let status = match (previous, change.account) {
            (_, None) => AccountStatus::Destroyed,
            (Some(_), Some(_)) if change.storage_reset => AccountStatus::DestroyedChanged,
            _ => previous_status.on_changed(was_bare),
        };
        Ok(TransitionAccount {
            info: change.account.map(|account| self.info_of(account)),
            status,
            previous_info: previous.map(|account| self.info_of(account)),
            previous_status,
            storage,
            storage_was_destroyed: change.storage_reset,
        })
    }

    fn info_of(&self, account: Account) -> AccountInfo {
        let code = match account.code_hash {
            KECCAK256_EMPTY => Some(Default::default()),
            hash => self.codes.get(&hash).cloned(),
        };
        AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            account_id: None,
            code,
        }
    }
}
