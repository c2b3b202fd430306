//! A state source with overrides on top.

use super::{Conflict, Overrides};
use crate::{
    state::{Account, SourceError, StateSource},
    vm::{Bytecode, bytecode_of},
};
use alloy_primitives::{
    Address, B256, KECCAK256_EMPTY, U256,
    map::{AddressMap, B256Map, HashMap},
};
use std::collections::BTreeMap;

/// A state source with overrides on top; itself one.
#[derive(Debug)]
pub struct OverriddenState<'a, S: ?Sized> {
    source: &'a S,
    accounts: AddressMap<Overridden>,
    codes: B256Map<Bytecode>,
    block_hashes: BTreeMap<u64, B256>,
}

#[derive(Debug)]
struct Overridden {
    account: Account,
    /// True when slots that are not listed are zero.
    replaces_storage: bool,
    slots: HashMap<U256, U256>,
}

impl<'a, S: StateSource + ?Sized> OverriddenState<'a, S> {
    /// `source` as `overrides` change it.
    ///
    /// # Errors
    ///
    /// [`Conflict::Storage`]; [`SourceError`] when an overridden account cannot be read.
    pub fn new(source: &'a S, overrides: &Overrides) -> Result<Self, super::CallError> {
        let mut codes = B256Map::default();
        let mut accounts = AddressMap::default();
        for (&address, change) in &overrides.state {
            let (replaces_storage, slots) = match (&change.state, &change.state_diff) {
                (Some(_), Some(_)) => return Err(Conflict::Storage { address }.into()),
                (Some(slots), None) => (true, Some(slots)),
                (None, slots) => (false, slots.as_ref()),
            };
            let mut account = source.account(address)?.unwrap_or_default();
            account.balance = change.balance.unwrap_or(account.balance);
            account.nonce = change.nonce.unwrap_or(account.nonce);
            if let Some(code) = &change.code {
                account.code_hash = KECCAK256_EMPTY;
                if !code.is_empty() {
                    let code = bytecode_of(code.clone());
                    account.code_hash = code.hash_slow();
                    codes.insert(account.code_hash, code);
                }
            }
            let slots = slots.into_iter().flatten();
            let overridden = Overridden {
                account,
                replaces_storage,
                slots: slots
                    .map(|(slot, value)| ((*slot).into(), (*value).into()))
                    .collect(),
            };
            accounts.insert(address, overridden);
        }
        Ok(Self {
            source,
            accounts,
            codes,
            block_hashes: overrides.block.block_hash.clone().unwrap_or_default(),
        })
    }
}

impl<S: StateSource + ?Sized> StateSource for OverriddenState<'_, S> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        match self.accounts.get(&address) {
            Some(overridden) => Ok(Some(overridden.account)),
            None => self.source.account(address),
        }
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        match self.codes.get(&code_hash) {
            Some(code) => Ok(code.clone()),
            None => self.source.code(code_hash),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        let Some(overridden) = self.accounts.get(&address) else {
            return self.source.storage(address, slot);
        };
        match overridden.slots.get(&slot) {
            Some(value) => Ok(*value),
            None if overridden.replaces_storage => Ok(U256::ZERO),
            None => self.source.storage(address, slot),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        match self.block_hashes.get(&number) {
            Some(hash) => Ok(*hash),
            None => self.source.block_hash(number),
        }
    }
}
