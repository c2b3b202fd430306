//! What is executed: a block, decoded from JSON-RPC, from RLP or from a fixture.
//!
//! Owns the input types and the fork schedules. Knows nothing of execution. A [`Block`] has every
//! sender recovered and every declared hash compared, so executors trust it.

pub(crate) mod candidate;
mod config;
mod error;
pub(crate) mod json;
mod range;
pub mod rlp;
pub(crate) mod rpc;
mod rpc_transaction;
pub mod schedule;
mod verify;

pub use config::ConfigError;
pub use error::{BlockError, TransactionError};
pub use range::{MOST_CHAIN_ID, OutOfRange};
pub use schedule::ForkSchedule;

use alloy_consensus::{EthereumTxEnvelope, EthereumTypedTransaction, TxEip4844};
use alloy_primitives::{Address, B256, Bloom, U256};
use candidate::{Senders, env_of};
use revm::context::TxEnv;

/// A block, ready to be executed: senders known, hashes compared.
#[derive(Clone, Debug)]
pub struct Block {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Which rules hold at which block.
    pub schedule: ForkSchedule,
    /// The facts of the header that execution reads.
    pub header: Header,
    /// Transactions in block order.
    pub transactions: Vec<Transaction>,
    /// Withdrawals of the consensus layer (EIP-4895). Empty before Shanghai.
    pub withdrawals: Vec<Withdrawal>,
    /// Ommers, paid before the merge.
    pub ommers: Vec<Ommer>,
    /// What the header claims about the result.
    pub declared: HeaderCommitments,
}

impl Block {
    /// A block of `transactions` and nothing else: no withdrawals, no ommers, no claims.
    #[must_use]
    pub fn new(
        chain_id: u64,
        schedule: ForkSchedule,
        header: Header,
        transactions: Vec<Transaction>,
    ) -> Self {
        Self {
            chain_id,
            schedule,
            header,
            transactions,
            withdrawals: Vec::new(),
            ommers: Vec::new(),
            declared: HeaderCommitments::default(),
        }
    }

    /// Takes a block as alloy has it. Senders are recovered on rayon's current pool.
    ///
    /// # Errors
    ///
    /// [`BlockError`], which names the field or the transaction.
    pub fn from_alloy(
        block: AlloyBlock,
        chain_id: u64,
        schedule: ForkSchedule,
    ) -> Result<Self, BlockError> {
        rlp::take(block, chain_id, schedule)
    }

    /// Reads a block as `eth_getBlockByNumber` returns it, with full transactions.
    ///
    /// Fields may be missing, except number, timestamp, miner, gasLimit and transactions. Senders
    /// are recovered on rayon's current pool where there is a signature.
    ///
    /// # Errors
    ///
    /// [`BlockError`], which names the field or the transaction.
    pub fn from_rpc(
        text: &[u8],
        chain_id: u64,
        schedule: ForkSchedule,
    ) -> Result<Self, BlockError> {
        json::parse::<rpc::RpcBlock>(text)?.read(chain_id, schedule, Senders::Signed)
    }

    /// Reads a block from RLP. Senders are recovered on rayon's current pool.
    ///
    /// # Errors
    ///
    /// [`BlockError`], which names the field or the transaction.
    pub fn from_rlp(
        bytes: &[u8],
        chain_id: u64,
        schedule: ForkSchedule,
    ) -> Result<Self, BlockError> {
        rlp::read(bytes, chain_id, schedule)
    }
}

/// The facts of a header that execution reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Block height.
    pub number: u64,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
    /// Receiver of fees and of the block reward.
    pub beneficiary: Address,
    /// Gas that all transactions may use together.
    pub gas_limit: u64,
    /// Wei per gas that is burnt (EIP-1559); `None` before London.
    pub base_fee: Option<u64>,
    /// Proof-of-work difficulty; zero after the merge.
    pub difficulty: U256,
    /// Randomness of the beacon chain (EIP-4399); the header's mix hash.
    pub prev_randao: Option<B256>,
    /// Hash of the parent.
    pub parent_hash: Option<B256>,
    /// Blob gas in excess of the target before this block (EIP-4844).
    pub excess_blob_gas: Option<u64>,
    /// Root of the parent beacon block (EIP-4788).
    pub parent_beacon_block_root: Option<B256>,
    /// Slot of the beacon chain (EIP-7843).
    pub slot_number: Option<u64>,
}

/// A block as alloy has it, with its signatures.
pub type AlloyBlock = alloy_consensus::Block<EthereumTxEnvelope<TxEip4844>>;

/// A transaction with its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Hash; `None` where the input had neither hash nor signature.
    pub hash: Option<B256>,
    /// What the EVM runs.
    pub env: TxEnv,
}

impl Transaction {
    /// `transaction` as sent by `from`: no signature is looked at, and there is no hash.
    #[must_use]
    pub fn new(transaction: &EthereumTypedTransaction<TxEip4844>, from: Address) -> Self {
        Self {
            hash: None,
            env: env_of(transaction, from),
        }
    }
}

/// A payment of the consensus layer (EIP-4895).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Receiver.
    pub address: Address,
    /// Amount in gwei.
    pub amount: u64,
}

impl From<&alloy_eips::eip4895::Withdrawal> for Withdrawal {
    fn from(withdrawal: &alloy_eips::eip4895::Withdrawal) -> Self {
        Self {
            address: withdrawal.address,
            amount: withdrawal.amount,
        }
    }
}

/// An ommer of a proof-of-work block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ommer {
    /// Header at hand.
    Known {
        /// Receiver of the ommer's reward.
        beneficiary: Address,
        /// The ommer's own height.
        number: u64,
    },
    /// JSON-RPC names only the hash: the ommer's own reward cannot be paid.
    HashOnly(B256),
}

/// Commitments of the header to the outcome; `None` if the input lacks the field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderCommitments {
    /// Block hash.
    pub hash: Option<B256>,
    /// Gas used by all transactions.
    pub gas_used: Option<u64>,
    /// Blob gas used by all transactions.
    pub blob_gas_used: Option<u64>,
    /// Bloom over all logs.
    pub logs_bloom: Option<Bloom>,
    /// Root of the transaction trie.
    pub transactions_root: Option<B256>,
    /// Root of the trie of withdrawals (EIP-4895).
    pub withdrawals_root: Option<B256>,
    /// Root of the receipt trie.
    pub receipts_root: Option<B256>,
    /// Root of the state after the block.
    pub state_root: Option<B256>,
    /// Hash of the execution layer's requests (EIP-7685).
    pub requests_hash: Option<B256>,
    /// Hash of the block access list (EIP-7928).
    pub block_access_list_hash: Option<B256>,
}
