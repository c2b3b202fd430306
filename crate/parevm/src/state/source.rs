//! Source of the state before a block.

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use revm::bytecode::Bytecode;
use std::fmt;

/// Account that exists: balance, nonce and code hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Balance in wei.
    pub balance: U256,
    /// Number of transactions sent; of a contract, the number of contracts created, plus one (EIP-161).
    pub nonce: u64,
    /// Hash of the code; [`KECCAK256_EMPTY`] without code.
    pub code_hash: B256,
}

impl Account {
    /// Returns whether balance and nonce are zero and there is no code (EIP-161).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.balance.is_zero() && self.nonce == 0 && self.code_hash == KECCAK256_EMPTY
    }
}

impl Default for Account {
    /// Returns the empty account.
    fn default() -> Self {
        Self {
            balance: U256::ZERO,
            nonce: 0,
            code_hash: KECCAK256_EMPTY,
        }
    }
}

/// Key of a value of the state before a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateKey {
    /// An account.
    Account(Address),
    /// A storage slot of an account.
    Slot(Address, U256),
    /// The code with this hash.
    Code(B256),
    /// The block hash of the ancestor at this height.
    BlockHash(u64),
}

/// Source of the state before a block, read by all workers at once.
///
/// Values must not change while a block executes. A source that fails ends the block with
/// [`ExecuteError::StateUnavailable`](crate::ExecuteError::StateUnavailable).
///
/// # Example
///
/// A state in which every account has one ether:
///
/// ```
/// use alloy_consensus::TxLegacy;
/// use alloy_primitives::{Address, B256, U256};
/// use parevm::{
///     Block, Engine, ExecuteOptions, StateSource,
///     block::{Header, ForkSchedule, Transaction},
///     state::{Account, SourceError},
///     vm::{Bytecode, SpecId},
/// };
///
/// struct Constant;
///
/// impl StateSource for Constant {
///     fn account(&self, _address: Address) -> Result<Option<Account>, SourceError> {
///         let balance = U256::from(10).pow(U256::from(18));
///         Ok(Some(Account { balance, ..Default::default() }))
///     }
///     fn code(&self, _code_hash: B256) -> Result<Bytecode, SourceError> {
///         Ok(Bytecode::default())
///     }
///     fn storage(&self, _address: Address, _slot: U256) -> Result<U256, SourceError> {
///         Ok(U256::ZERO)
///     }
///     fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
///         Err(SourceError::BlockHashAbsent { number })
///     }
/// }
///
/// let transactions = (1..=100).map(|number| {
///     let payment = TxLegacy {
///         gas_limit: 21_000,
///         to: Address::ZERO.into(),
///         value: U256::from(1),
///         ..Default::default()
///     };
///     Transaction::new(&payment.into(), Address::with_last_byte(number))
/// });
/// let header = Header { gas_limit: 30_000_000, ..Default::default() };
/// let block = Block::new(1, ForkSchedule::always(SpecId::BERLIN), header, transactions.collect());
/// let outcome = Engine::new(2)?.execute(&block, &Constant, &ExecuteOptions::default())?;
/// assert_eq!(outcome.gas_used, 2_100_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait StateSource: Sync {
    /// Returns the account at `address`, or `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// [`SourceError`]: the source failed.
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError>;

    /// Returns the code with hash `code_hash`, analysed.
    ///
    /// # Errors
    ///
    /// [`SourceError::CodeAbsent`]: the source does not have it.
    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError>;

    /// Returns the value of `slot` at `address`; zero if it was never written.
    ///
    /// # Errors
    ///
    /// [`SourceError`]: the source failed.
    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError>;

    /// Returns the block hash of the ancestor at height `number`.
    ///
    /// # Errors
    ///
    /// [`SourceError::BlockHashAbsent`]: the source does not have it.
    fn block_hash(&self, number: u64) -> Result<B256, SourceError>;

    /// Returns whether the account at `address`, which exists, has a nonzero slot.
    ///
    /// Called when a contract is created at an account without nonce and code: with storage the creation
    /// fails (EIP-7610). No such account has been created since Spurious Dragon, and no contract can be
    /// created at one of the few that exist. Default: false, for sources that do not know.
    ///
    /// # Errors
    ///
    /// [`SourceError`]: the source failed.
    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        let _ = address;
        Ok(false)
    }

    /// Returns whether the value at `key` can be read without waiting.
    ///
    /// A source that fetches its values returns false and starts to fetch this one. The optimistic executor then
    /// suspends the transaction and executes others; with nothing else to do it reads the value, and
    /// the source waits or fails. Other executors read at once. Default: true.
    fn at_hand(&self, key: StateKey) -> bool {
        let _ = key;
        true
    }
}

impl fmt::Debug for dyn StateSource + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateSource")
    }
}

/// Failure of a state source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The source has the account but not its code.
    #[error("code {code_hash} of account {address} is absent")]
    CodeAbsent {
        /// An account with this code.
        address: Address,
        /// Hash of the missing code.
        code_hash: B256,
    },
    /// The source has no account with this code.
    #[error("code {code_hash} is absent")]
    CodeUnknown {
        /// Hash of the missing code.
        code_hash: B256,
    },
    /// The source has no state after this block: the block was loaded without it.
    #[error("the state after block {number} is not known: it was loaded without its history")]
    StateUnknown {
        /// Height of the block.
        number: u64,
    },
    /// The source does not have this block hash.
    #[error("hash of block {number} is absent")]
    BlockHashAbsent {
        /// Height of the ancestor.
        number: u64,
    },
    /// The witness proves neither this account nor its absence.
    #[error("account {address} is not proven")]
    AccountUnproven {
        /// The account.
        address: Address,
    },
    /// The witness does not prove this slot.
    #[error("slot {slot:#x} of account {address} is not proven")]
    SlotUnproven {
        /// The account.
        address: Address,
        /// The slot's key.
        slot: U256,
    },
    /// A source outside this crate failed.
    #[error("the state source failed")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl revm::database_interface::DBErrorMarker for SourceError {}
