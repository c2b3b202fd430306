//! Write set of a transaction, from revm's journal.
//!
//! | account in the journal | write |
//! |---|---|
//! | self-destructed | account and storage are deleted |
//! | created | storage is cleared; then code, nonce, gain and slots |
//! | code hash differs | code hash (EIP-7702 sets no created flag) |
//! | nonce differs | nonce |
//! | touched, possibly empty | decided when the write is applied (EIP-161) |

use super::{
    database::{LoadedAccount, ViewDatabase},
    hook::Hook,
    location::Location,
    state_program::StateProgram,
    value::SlotValue,
    view_error::ViewError,
    write::{AccountDelta, AccountWrite, StateWrite},
};
use crate::vm::{SpecId, transfer::Transfer};
use alloy_primitives::{Address, U256};
use revm::state::{Account as EvmAccount, EvmState};

/// Records the write set of `state`, the journal of an executed transaction.
pub(super) fn record<P: StateProgram>(
    database: &mut ViewDatabase<'_, P>,
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

/// Records a reward of `reward` wei to `address`, which the transaction has not loaded.
pub(super) fn record_reward<P: StateProgram>(
    database: &mut ViewDatabase<'_, P>,
    address: Address,
    reward: U256,
    spec: SpecId,
) -> Result<(), ViewError> {
    let id = database.view.locate(&Location::Account(address))?;
    let delta = AccountDelta {
        gain: reward,
        is_reward: true,
        ..AccountDelta::touch(spec, database.next_epoch())
    };
    let write = StateWrite::Account(AccountWrite::Delta(delta));
    // Nearly every transaction of the block writes to this location, and hardly one reads it.
    database.view.write_deferred(id, write);
    Ok(())
}

/// Records the write set of `transfer`, whose sender and recipient have just been loaded.
pub(super) fn record_transfer<P: StateProgram>(
    database: &mut ViewDatabase<'_, P>,
    transfer: &Transfer,
    sender: LoadedAccount,
    recipient: LoadedAccount,
    spec: SpecId,
) -> Result<(), ViewError> {
    if Hook::FeeCheck.is_enabled() {
        database.require_payer_balance(sender, transfer.needed);
    }
    let touch = AccountDelta::touch(spec, database.next_epoch());
    let nonce = transfer.nonce.saturating_add(1);
    let spent = AccountDelta {
        gain: transfer.sender_gain,
        nonce: Some(nonce),
        is_nonce_predicted: database.is_nonce_predicted(transfer.sender, nonce),
        ..touch
    };
    let received = AccountDelta {
        gain: transfer.recipient_gain,
        ..touch
    };
    for (account, delta) in [(sender, spent), (recipient, received)] {
        let write = StateWrite::Account(AccountWrite::Delta(delta));
        database.view.write(account.id, write);
    }
    if let Some(beneficiary) = transfer.beneficiary {
        record_reward(database, beneficiary, transfer.reward, spec)?;
    }
    database.finish();
    Ok(())
}

fn record_account<P: StateProgram>(
    database: &mut ViewDatabase<'_, P>,
    address: Address,
    account: &EvmAccount,
    spec: SpecId,
) -> Result<(), ViewError> {
    let loaded = database
        .loaded(address, &account.info)
        .ok_or(ViewError::Bug("a touched account was not loaded"))?;
    let epoch = database.next_epoch();
    if account.is_selfdestructed() {
        if loaded.seen.account.is_some() {
            let write = StateWrite::Account(AccountWrite::Destroy { epoch });
            database.view.write(loaded.id, write);
        }
        return Ok(());
    }
    let touch = AccountDelta {
        is_nonce_predicted: database.is_nonce_predicted(address, account.info.nonce),
        ..AccountDelta::touch(spec, epoch)
    };
    if let Some(delta) = AccountDelta::between(loaded.seen.account, account, touch) {
        if delta.code_hash.is_some()
            && let Some(code) = &account.info.code
        {
            database.keep_code(account.info.code_hash, code);
        }
        database
            .view
            .write(loaded.id, StateWrite::Account(AccountWrite::Delta(delta)));
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
        database.view.write(id, StateWrite::Slot(value));
    }
    Ok(())
}
