//! Where executors read the state before the block.

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use revm::bytecode::Bytecode;
use std::fmt;

/// Balance, nonce and code hash of an account that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Balance in wei.
    pub balance: U256,
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// Hash of the code; [`KECCAK256_EMPTY`] where there is none.
    pub code_hash: B256,
}

impl Account {
    /// True when balance and nonce are zero and there is no code (EIP-161).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.balance.is_zero() && self.nonce == 0 && self.code_hash == KECCAK256_EMPTY
    }
}

impl Default for Account {
    /// The empty account.
    fn default() -> Self {
        Self {
            balance: U256::ZERO,
            nonce: 0,
            code_hash: KECCAK256_EMPTY,
        }
    }
}

/// A piece of the state before a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateKey {
    /// An account.
    Account(Address),
    /// A slot of an account's storage.
    Slot(Address, U256),
    /// The code with this hash.
    Code(B256),
    /// The hash of the ancestor at this height.
    BlockHash(u64),
}

/// The state before a block, read by all workers at once.
///
/// Answers must not change while a block runs. A source that fails ends the block with
/// [`ExecuteError::StateUnavailable`](crate::ExecuteError::StateUnavailable).
///
/// # Example
///
/// A state in which everybody owns one ether:
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
/// struct Everybody;
///
/// impl StateSource for Everybody {
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
/// let outcome = Engine::new(2)?.execute(&block, &Everybody, &ExecuteOptions::default())?;
/// assert_eq!(outcome.gas_used, 2_100_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait StateSource: Sync {
    /// Returns the account at `address`, or `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`SourceError`] when the source cannot tell.
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError>;

    /// Returns the code with hash `code_hash`, analysed.
    ///
    /// # Errors
    ///
    /// [`SourceError::CodeAbsent`] when the source does not hold it.
    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError>;

    /// Returns the value of `slot` at `address`; zero where nothing was stored.
    ///
    /// # Errors
    ///
    /// [`SourceError`] when the source cannot tell.
    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError>;

    /// Returns the hash of the ancestor at height `number`.
    ///
    /// # Errors
    ///
    /// [`SourceError::BlockHashAbsent`] when the source does not hold it.
    fn block_hash(&self, number: u64) -> Result<B256, SourceError>;

    /// Whether the account at `address`, which exists, has a slot that is not zero.
    ///
    /// Asked where a contract is to be created at an account without nonce and code: with storage that
    /// fails (EIP-7610). Such accounts have not come into being since Spurious Dragon, and nobody can
    /// make a contract of one of the few that there are. Default: false, for sources that cannot tell.
    ///
    /// # Errors
    ///
    /// [`SourceError`] when the source cannot read it.
    fn has_storage(&self, address: Address) -> Result<bool, SourceError> {
        let _ = address;
        Ok(false)
    }

    /// Whether what `key` names can be read without waiting for it.
    ///
    /// A source that has to fetch says false, and begins to. The parallel executor then sets the
    /// transaction aside in the middle and runs others. When it has nothing else to do it reads all
    /// the same, and the source waits, or fails; so do executors that do not ask. Default: true.
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

/// Why a state source gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The account is known, its code is not.
    #[error("code {code_hash} of account {address} is absent")]
    CodeAbsent {
        /// An account with this code.
        address: Address,
        /// Hash of the missing code.
        code_hash: B256,
    },
    /// No account known to the source has this code.
    #[error("code {code_hash} is absent")]
    CodeUnknown {
        /// Hash of the missing code.
        code_hash: B256,
    },
    /// The state after this block is not at hand: the block was loaded without it.
    #[error("the state after block {number} is not known: it was loaded without its history")]
    StateUnknown {
        /// Height of the block.
        number: u64,
    },
    /// The hash of this ancestor is not at hand.
    #[error("hash of block {number} is absent")]
    BlockHashAbsent {
        /// Height of the ancestor.
        number: u64,
    },
    /// The witness has no proof of what this account is, nor that it is absent.
    #[error("account {address} is not proven")]
    AccountUnproven {
        /// The account.
        address: Address,
    },
    /// The witness has no proof of this slot.
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
