//! Words of 32 bytes that may hold an account.

use alloy_primitives::{Address, B256, U256};

/// Returns the account in a word.
pub(in crate::report) fn account(word: U256) -> Address {
    Address::from_word(B256::from(word))
}

/// Returns true if a word is most likely a nonzero account: fewer than one address in 2^64 begins with eight zero
/// bytes, and few amounts and ids are as large.
pub(in crate::report) fn is_account(word: U256) -> bool {
    (97..=160).contains(&word.bit_len())
}
