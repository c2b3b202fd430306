//! State with the overrides of a request.

use crate::{CallError, InvalidRequest, Overrides, StateOverride};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use parevm::{
    state::{Account, AccountChange, LayeredState, SourceError, StateDiff, StateSource},
    vm::{Bytecode, bytecode_of},
};
use std::collections::BTreeMap;

/// State source with the overrides of a request on top.
#[derive(Debug)]
pub(crate) struct OverriddenState<'a> {
    state: LayeredState<'a>,
    block_hashes: BTreeMap<u64, B256>,
}

impl<'a> OverriddenState<'a> {
    /// Returns `source` with `overrides` on top.
    ///
    /// # Errors
    ///
    /// - [`CallError::InvalidRequest`]: an override has both `state` and `stateDiff`.
    /// - [`CallError::StateUnavailable`]: an overridden account cannot be read.
    pub(crate) fn new(
        source: &'a dyn StateSource,
        overrides: &Overrides,
    ) -> Result<Self, CallError> {
        Ok(Self {
            state: LayeredState::new(source, override_diff(source, &overrides.state)?),
            block_hashes: overrides.block.block_hash.clone().unwrap_or_default(),
        })
    }
}

/// Returns the changes of `overrides` to `source`. An account of which only the precompile is moved is absent.
///
/// # Errors
///
/// As [`OverriddenState::new`].
pub(super) fn override_diff(
    source: &dyn StateSource,
    overrides: &StateOverride,
) -> Result<StateDiff, CallError> {
    let mut diff = StateDiff::default();
    for (&address, change) in overrides {
        let (storage_reset, slots) = match (&change.state, &change.state_diff) {
            (Some(_), Some(_)) => return Err(InvalidRequest::Storage { address }.into()),
            (Some(slots), None) => (true, Some(slots)),
            (None, slots) => (false, slots.as_ref()),
        };
        let is_untouched = change.balance.is_none()
            && change.nonce.is_none()
            && change.code.is_none()
            && slots.is_none();
        if is_untouched {
            continue;
        }
        let mut account = source.account(address)?.unwrap_or_default();
        account.balance = change.balance.unwrap_or(account.balance);
        account.nonce = change.nonce.unwrap_or(account.nonce);
        if let Some(code) = &change.code {
            account.code_hash = KECCAK256_EMPTY;
            if !code.is_empty() {
                let code = bytecode_of(code.clone());
                account.code_hash = code.hash_slow();
                diff.codes.insert(account.code_hash, code);
            }
        }
        let slots = slots.into_iter().flatten();
        let change = AccountChange {
            account: Some(account),
            storage_reset,
            slots: slots
                .map(|(slot, value)| ((*slot).into(), (*value).into()))
                .collect(),
        };
        diff.accounts.insert(address, change);
    }
    Ok(diff)
}

impl StateSource for OverriddenState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        self.state.account(address)
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.state.code(code_hash)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        self.state.storage(address, slot)
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        match self.block_hashes.get(&number) {
            Some(hash) => Ok(*hash),
            None => self.state.block_hash(number),
        }
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        self.state.has_storage(address)
    }
}
