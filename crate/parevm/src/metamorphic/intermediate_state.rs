//! State between two transactions.

use crate::{
    Block, MemoryState,
    block::{ForkSchedule, Header, HeaderCommitments, Transaction},
    state::{Account, SourceError, StateDiff, StateSource},
    vm::{
        Bytecode, Location, SpecId,
        optimistic::{AccountValue, CodeStore, SlotValue, StateValue, StateWrite},
    },
};
use alloy_primitives::{
    Address, B256, U256,
    map::{AddressMap, AddressSet, B256Map, HashMap},
};
use parevm_stm::Value;

/// State between two transactions: that before the block, with changes on top.
#[derive(Clone)]
pub(super) struct IntermediateState<'a> {
    base: &'a MemoryState,
    accounts: AddressMap<Option<Account>>,
    /// Accounts whose storage of before the block is cleared.
    cleared: AddressSet,
    slots: AddressMap<HashMap<U256, U256>>,
    codes: B256Map<Bytecode>,
}

impl<'a> IntermediateState<'a> {
    pub(super) fn new(base: &'a MemoryState, diff: StateDiff) -> Self {
        let mut state = Self {
            base,
            accounts: AddressMap::default(),
            cleared: AddressSet::default(),
            slots: AddressMap::default(),
            codes: diff.codes,
        };
        for (address, change) in diff.accounts {
            state.accounts.insert(address, change.account);
            if change.storage_reset {
                state.cleared.insert(address);
            }
            state.slots.insert(address, change.slots);
        }
        state
    }

    /// Sets the balance of an account that exists.
    pub(super) fn set_balance(&mut self, address: Address, balance: U256) {
        if let Some(account) = self.account(address).unwrap() {
            self.accounts
                .insert(address, Some(Account { balance, ..account }));
        }
    }

    /// Applies the write set of a transaction.
    pub(super) fn apply(&mut self, writes: &[(Location, StateWrite)], codes: &CodeStore) {
        // A storage that the transaction clears has an epoch other than 0.
        let mut epochs = AddressMap::default();
        for (location, write) in writes {
            let Location::Account(address) = *location else {
                continue;
            };
            let mut value = StateValue::Account(AccountValue {
                account: self.account(address).unwrap(),
                epoch: 0,
            });
            value.apply(write);
            let StateValue::Account(AccountValue { account, epoch }) = value else {
                continue;
            };
            if epoch != 0 {
                self.cleared.insert(address);
                self.slots.remove(&address);
            }
            if let Some(code) = account.and_then(|account| codes.get(account.code_hash)) {
                self.codes.insert(account.unwrap().code_hash, code);
            }
            epochs.insert(address, epoch);
            self.accounts.insert(address, account);
        }
        for (location, write) in writes {
            if let (Location::Slot(address, key), StateWrite::Slot(slot)) = (*location, write) {
                let SlotValue { value, epoch } = *slot;
                if epoch == epochs.get(&address).copied().unwrap_or(0) {
                    self.slots.entry(address).or_default().insert(key, value);
                }
            }
        }
    }
}

impl StateSource for IntermediateState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        match self.accounts.get(&address) {
            Some(account) => Ok(*account),
            None => self.base.account(address),
        }
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        let own = self.codes.get(&code_hash).cloned();
        own.map_or_else(|| self.base.code(code_hash), Ok)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        let own = self.slots.get(&address).and_then(|slots| slots.get(&slot));
        match own {
            Some(value) => Ok(*value),
            None if self.cleared.contains(&address) => Ok(U256::ZERO),
            None => self.base.storage(address, slot),
        }
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.base.block_hash(number)
    }
}

/// Converts a block of the test kit, whose types are those of another build of this crate.
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
