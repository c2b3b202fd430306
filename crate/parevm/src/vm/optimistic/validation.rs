//! Validation of read sets, and the order of writes: the values as parevm-stm's memory uses them.

use super::{
    read::StateRead,
    value::StateValue,
    write::{AccountWrite, StateWrite},
};
use parevm_stm::Value;

impl Value for StateValue {
    type Write = StateWrite;
    type Read = StateRead;

    fn apply(&mut self, write: &StateWrite) {
        match (self, write) {
            (Self::Account(account), StateWrite::Account(write)) => account.apply(write),
            (Self::Slot(slot), StateWrite::Slot(write)) => *slot = *write,
            // The variant of a location never changes.
            (Self::Account(_), StateWrite::Slot(_)) | (Self::Slot(_), StateWrite::Account(_)) => {}
        }
    }

    fn overwrites(write: &StateWrite) -> bool {
        match write {
            StateWrite::Account(AccountWrite::Destroy { .. }) | StateWrite::Slot(_) => true,
            StateWrite::Account(AccountWrite::Delta(_)) => false,
        }
    }

    /// Balance changes, and nonces that readers predict: readers rarely depend on the exact balance.
    fn commutes(write: &StateWrite) -> bool {
        let StateWrite::Account(AccountWrite::Delta(delta)) = write else {
            return false;
        };
        let is_nonce_predicted = delta.nonce.is_none() || delta.is_nonce_predicted;
        is_nonce_predicted && delta.code_hash.is_none() && !delta.is_created
    }

    fn validates(&self, read: &StateRead) -> bool {
        match (self, read) {
            (Self::Account(value), StateRead::Account(read)) => read.admits(value),
            (Self::Slot(value), StateRead::Slot(read)) => value == read,
            (Self::Account(_), StateRead::Slot(_)) | (Self::Slot(_), StateRead::Account(_)) => {
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            value::tests::CODE,
            write::{AccountDelta, EmptyAccount, tests::gain},
        },
        *,
    };

    #[test]
    fn balances_and_predicted_nonces_commute() {
        let AccountWrite::Delta(gained) = gain(5, EmptyAccount::Deleted) else {
            unreachable!("a gain is a delta");
        };
        let commutes =
            |delta| StateValue::commutes(&StateWrite::Account(AccountWrite::Delta(delta)));
        assert!(commutes(gained));
        let mut delta = AccountDelta {
            nonce: Some(4),
            ..gained
        };
        assert!(!commutes(delta));
        delta.is_nonce_predicted = true;
        assert!(commutes(delta));
        assert!(!commutes(AccountDelta {
            code_hash: Some(CODE),
            ..gained
        }));
        assert!(!commutes(AccountDelta {
            is_created: true,
            ..gained
        }));
        let destroy = AccountWrite::Destroy { epoch: 4 };
        assert!(!StateValue::commutes(&StateWrite::Account(destroy)));
    }
}
