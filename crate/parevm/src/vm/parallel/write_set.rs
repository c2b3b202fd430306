//! From revm's journal to patches: what a transaction leaves behind.
//!
//! | revm says | patch |
//! |---|---|
//! | self-destructed | the account is gone, its storage is empty |
//! | created | storage empty, then code, nonce, gain and slots |
//! | code hash differs | code (EIP-7702 sets no created flag) |
//! | nonce differs | nonce |
//! | touched and perhaps empty | decided when the patch is applied (EIP-161) |

use super::{
    database::{Loaded, ViewDatabase},
    hook::Hook,
    location::Location,
    value::{AccountChange, AccountPatch, EmptyAccount, Epoch, SlotValue, StatePatch},
    view_error::ViewError,
};
use crate::{
    state,
    vm::{SpecId, transfer::Transfer},
};
use alloy_primitives::{Address, U256};
use revm::state::{Account, EvmState};

/// Turns `state`, the journal of a transaction that has run, into patches.
pub(crate) fn record(
    database: &mut ViewDatabase<'_, '_>,
    state: &EvmState,
    spec: SpecId,
) -> Result<(), ViewError> {
    for (address, account) in state {
        if account.is_touched() {
            record_account(database, *address, account, spec)?;
        }
    }
    database.finish();
    Ok(())
}

/// Records that `address`, which the transaction has not loaded, gains `gain`
/// wei and is touched.
pub(crate) fn record_gain(
    database: &mut ViewDatabase<'_, '_>,
    address: Address,
    gain: U256,
    spec: SpecId,
) -> Result<(), ViewError> {
    let id = database.view.locate(&Location::Account(address))?;
    let change = AccountChange {
        gain,
        is_reward: true,
        ..untouched(spec, database.next_epoch())
    };
    let patch = StatePatch::Account(AccountPatch::Change(change));
    // Nearly every transaction of the block writes here and hardly one reads.
    database.view.write_deferred(id, patch);
    Ok(())
}

/// Records what `transfer` does, whose sender and recipient have just been loaded.
pub(super) fn record_transfer(
    database: &mut ViewDatabase<'_, '_>,
    transfer: &Transfer,
    sender: Loaded,
    recipient: Loaded,
    spec: SpecId,
) -> Result<(), ViewError> {
    if Hook::FeeCheck.is_on() {
        database.rely_on_payer(sender, transfer.needed);
    }
    let untouched = untouched(spec, database.next_epoch());
    let nonce = transfer.nonce.saturating_add(1);
    let spent = AccountChange {
        gain: transfer.sender_gain,
        nonce: Some(nonce),
        is_nonce_known: database.is_nonce_known(transfer.sender, nonce),
        ..untouched
    };
    let received = AccountChange {
        gain: transfer.recipient_gain,
        ..untouched
    };
    for (account, change) in [(sender, spent), (recipient, received)] {
        let patch = StatePatch::Account(AccountPatch::Change(change));
        database.view.write(account.id, patch);
    }
    if let Some(beneficiary) = transfer.beneficiary {
        record_gain(database, beneficiary, transfer.reward, spec)?;
    }
    database.finish();
    Ok(())
}

fn record_account(
    database: &mut ViewDatabase<'_, '_>,
    address: Address,
    account: &Account,
    spec: SpecId,
) -> Result<(), ViewError> {
    let loaded = database
        .loaded(address, &account.info)
        .ok_or(ViewError::Bug("a touched account was loaded"))?;
    let epoch = database.next_epoch();
    if account.is_selfdestructed() {
        if loaded.seen.account.is_some() {
            let patch = StatePatch::Account(AccountPatch::Destroy { epoch });
            database.view.write(loaded.id, patch);
        }
        return Ok(());
    }
    let untouched = AccountChange {
        is_nonce_known: database.is_nonce_known(address, account.info.nonce),
        ..untouched(spec, epoch)
    };
    if let Some(change) = change(account, loaded.seen.account, untouched) {
        if change.code_hash.is_some()
            && let Some(code) = &account.info.code
        {
            database.keep_code(account.info.code_hash, code);
        }
        database
            .view
            .write(loaded.id, StatePatch::Account(AccountPatch::Change(change)));
    }
    let epoch = if account.is_created() {
        epoch
    } else {
        loaded.seen.epoch
    };
    for (key, slot) in account.changed_storage_slots() {
        let id = database.view.locate(&Location::Slot(address, *key))?;
        let value = SlotValue {
            value: slot.present_value,
            epoch,
        };
        database.view.write(id, StatePatch::Slot(value));
    }
    Ok(())
}

/// What became of a touched account, or `None` if that is nothing.
pub(super) fn change(
    account: &Account,
    before: Option<state::Account>,
    untouched: AccountChange,
) -> Option<AccountChange> {
    let old = before.unwrap_or_default();
    let new = &account.info;
    let is_created = account.is_created();
    let change = AccountChange {
        gain: new.balance.wrapping_sub(old.balance),
        nonce: (new.nonce != old.nonce).then_some(new.nonce),
        code_hash: (new.code_hash != old.code_hash).then_some(new.code_hash),
        is_created,
        ..untouched
    };
    // A touch alone matters where an empty account is deleted or, before
    // EIP-161, comes into being.
    let touch_matters = match untouched.empty {
        EmptyAccount::Cleared => before.is_some_and(|account| account.is_empty()),
        EmptyAccount::Kept => before.is_none(),
    };
    (is_created || touch_matters || change != untouched).then_some(change)
}

/// The change of an account that is touched and nothing else.
pub(super) fn untouched(spec: SpecId, epoch: Epoch) -> AccountChange {
    AccountChange {
        gain: U256::ZERO,
        is_reward: false,
        nonce: None,
        is_nonce_known: false,
        code_hash: None,
        is_created: false,
        empty: empty_account(spec),
        epoch,
    }
}

/// What becomes of a touched account that is empty under the rules of `spec`.
fn empty_account(spec: SpecId) -> EmptyAccount {
    if spec.is_enabled_in(SpecId::SPURIOUS_DRAGON) {
        EmptyAccount::Cleared
    } else {
        EmptyAccount::Kept
    }
}
