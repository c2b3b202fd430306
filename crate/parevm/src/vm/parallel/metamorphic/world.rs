//! The state between two transactions.

use super::super::{
    code_store::CodeStore,
    location::Location,
    value::{AccountValue, SlotValue, StatePatch, StateValue},
};
use crate::{
    Block, MemoryState,
    block::{ForkSchedule, Header, HeaderCommitments, Transaction},
    state::{Account, SourceError, StateDiff, StateSource},
    vm::{Bytecode, SpecId},
};
use alloy_primitives::{
    Address, B256, U256,
    map::{AddressMap, AddressSet, B256Map, HashMap},
};
use parevm_stm::Value;

/// The state before a block with changes on top.
#[derive(Clone)]
pub(super) struct World<'a> {
    below: &'a MemoryState,
    accounts: AddressMap<Option<Account>>,
    /// Accounts whose storage of before the block is gone.
    emptied: AddressSet,
    slots: AddressMap<HashMap<U256, U256>>,
    codes: B256Map<Bytecode>,
}

impl<'a> World<'a> {
    pub(super) fn new(below: &'a MemoryState, diff: StateDiff) -> Self {
        let mut world = Self {
            below,
            accounts: AddressMap::default(),
            emptied: AddressSet::default(),
            slots: AddressMap::default(),
            codes: diff.codes,
        };
        for (address, change) in diff.accounts {
            world.accounts.insert(address, change.account);
            if change.storage_reset {
                world.emptied.insert(address);
            }
            world.slots.insert(address, change.slots);
        }
        world
    }

    /// Gives an account that exists another balance.
    pub(super) fn set_balance(&mut self, address: Address, balance: U256) {
        if let Some(account) = self.account(address).unwrap() {
            self.accounts
                .insert(address, Some(Account { balance, ..account }));
        }
    }

    /// Goes on to the state after a transaction that wrote `writes`.
    pub(super) fn apply(&mut self, writes: &[(Location, StatePatch)], codes: &CodeStore) {
        // What begins within the transaction has another epoch than 0.
        let mut epochs = AddressMap::default();
        for (location, patch) in writes {
            let Location::Account(address) = *location else {
                continue;
            };
            let mut value = StateValue::Account(AccountValue {
                account: self.account(address).unwrap(),
                epoch: 0,
            });
            value.apply(patch);
            let StateValue::Account(AccountValue { account, epoch }) = value else {
                continue;
            };
            if epoch != 0 {
                self.emptied.insert(address);
                self.slots.remove(&address);
            }
            if let Some(code) = account.and_then(|account| codes.get(account.code_hash)) {
                self.codes.insert(account.unwrap().code_hash, code);
            }
            epochs.insert(address, epoch);
            self.accounts.insert(address, account);
        }
        for (location, patch) in writes {
            if let (Location::Slot(address, key), StatePatch::Slot(slot)) = (*location, patch) {
                let SlotValue { value, epoch } = *slot;
                if epoch == epochs.get(&address).copied().unwrap_or(0) {
                    self.slots.entry(address).or_default().insert(key, value);
                }
            }
        }
    }
}

impl StateSource for World<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        match self.accounts.get(&address) {
            Some(account) => Ok(*account),
            None => self.below.account(address),
        }
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        let own = self.codes.get(&code_hash).cloned();
        own.map_or_else(|| self.below.code(code_hash), Ok)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        let own = self.slots.get(&address).and_then(|slots| slots.get(&slot));
        match own {
            Some(value) => Ok(*value),
            None if self.emptied.contains(&address) => Ok(U256::ZERO),
            None => self.below.storage(address, slot),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.below.block_hash(number)
    }
}

/// A made block of the test kit, which is built on another build of this crate.
pub(super) fn translate(
    block: parevm_testkit::parevm::Block,
    state: parevm_testkit::parevm::MemoryState,
    spec: SpecId,
) -> (Block, MemoryState) {
    let mut own = MemoryState::default();
    for (_, code) in state.codes() {
        own.insert_code(code.clone());
    }
    for (address, account, storage) in state.iter() {
        let account = Account {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
        };
        own.insert_account(*address, account);
        for (slot, value) in storage {
            own.insert_storage(*address, *slot, *value);
        }
    }
    for (number, hash) in state.block_hashes() {
        own.insert_block_hash(number, hash);
    }
    let header = block.header;
    let block = Block {
        chain_id: block.chain_id,
        schedule: ForkSchedule::always(spec),
        header: Header {
            number: header.number,
            timestamp: header.timestamp,
            beneficiary: header.beneficiary,
            gas_limit: header.gas_limit,
            base_fee: header.base_fee,
            excess_blob_gas: header.excess_blob_gas,
            ..Header::default()
        },
        transactions: (block.transactions.into_iter())
            .map(|transaction| Transaction {
                hash: None,
                env: transaction.env,
            })
            .collect(),
        withdrawals: Vec::new(),
        ommers: Vec::new(),
        declared: HeaderCommitments::default(),
    };
    (block, own)
}
