//! State in memory.

use super::{Account, SourceError, StateSource};
use alloy_primitives::{
    Address, B256, KECCAK256_EMPTY, U256,
    map::{AddressMap, B256Map, HashMap},
};
use revm::bytecode::Bytecode;

/// State in memory: accounts with their storage, code by hash, and block hashes of ancestors.
///
/// # Example
///
/// ```
/// use parevm::state::{Account, MemoryState, StateSource};
/// use alloy_primitives::{Address, U256};
///
/// let mut state = MemoryState::default();
/// let alice = Address::with_last_byte(1);
/// state.insert_account(alice, Account { balance: U256::from(5), ..Default::default() });
/// assert_eq!(state.account(alice)?.map(|account| account.balance), Some(U256::from(5)));
/// assert_eq!(state.account(Address::with_last_byte(2))?, None);
/// # Ok::<(), parevm::state::SourceError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryState {
    accounts: AddressMap<MemoryAccount>,
    codes: B256Map<Bytecode>,
    /// Code hashes without their code, each with an account that has it.
    absent_codes: B256Map<Address>,
    block_hashes: HashMap<u64, B256>,
}

#[derive(Clone, Debug, Default)]
struct MemoryAccount {
    account: Account,
    storage: HashMap<U256, U256>,
}

impl MemoryState {
    /// Sets the account at `address`; keeps its storage.
    pub fn insert_account(&mut self, address: Address, account: Account) {
        if account.code_hash != KECCAK256_EMPTY && !self.codes.contains_key(&account.code_hash) {
            self.absent_codes
                .entry(account.code_hash)
                .or_insert(address);
        }
        self.accounts.entry(address).or_default().account = account;
    }

    /// Inserts `code` and returns its hash.
    pub fn insert_code(&mut self, code: Bytecode) -> B256 {
        let hash = code.hash_slow();
        self.absent_codes.remove(&hash);
        self.codes.insert(hash, code);
        hash
    }

    /// Returns whether an account has the code hash `code_hash` and its code is absent.
    #[must_use]
    pub fn lacks_code(&self, code_hash: B256) -> bool {
        self.absent_codes.contains_key(&code_hash)
    }

    /// Sets one slot. Creates an empty account if there is none.
    pub fn insert_storage(&mut self, address: Address, slot: U256, value: U256) {
        let storage = &mut self.accounts.entry(address).or_default().storage;
        if value.is_zero() {
            storage.remove(&slot);
        } else {
            storage.insert(slot, value);
        }
    }

    /// Sets the block hash of the ancestor at height `number`.
    pub fn insert_block_hash(&mut self, number: u64, hash: B256) {
        self.block_hashes.insert(number, hash);
    }

    /// Returns all accounts with their storage, unordered.
    pub fn iter(&self) -> impl Iterator<Item = (&Address, &Account, &HashMap<U256, U256>)> {
        self.accounts
            .iter()
            .map(|(address, entry)| (address, &entry.account, &entry.storage))
    }

    /// Returns all codes by their hash, unordered.
    pub fn codes(&self) -> impl Iterator<Item = (&B256, &Bytecode)> {
        self.codes.iter()
    }

    /// Returns the known block hashes by height, unordered.
    pub fn block_hashes(&self) -> impl Iterator<Item = (u64, B256)> {
        self.block_hashes
            .iter()
            .map(|(number, hash)| (*number, *hash))
    }
}

impl StateSource for MemoryState {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        Ok(self.accounts.get(&address).map(|entry| entry.account))
    }

    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        if code_hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        self.codes
            .get(&code_hash)
            .cloned()
            .ok_or_else(|| match self.absent_codes.get(&code_hash) {
                Some(address) => SourceError::CodeAbsent {
                    address: *address,
                    code_hash,
                },
                None => SourceError::CodeUnknown { code_hash },
            })
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        Ok(self
            .accounts
            .get(&address)
            .and_then(|entry| entry.storage.get(&slot))
            .copied()
            .unwrap_or_default())
    }

    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.block_hashes
            .get(&number)
            .copied()
            .ok_or(SourceError::BlockHashAbsent { number })
    }

    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        let entry = self.accounts.get(&address);
        Ok(entry.is_some_and(|entry| !entry.storage.is_empty()))
    }
}
