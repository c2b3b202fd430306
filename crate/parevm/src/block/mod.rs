//! Blocks and transactions, decoded from JSON-RPC, from RLP or from fields; fork schedules.
//!
//! Knows nothing of execution. A [`Block`] has every sender recovered and every declared hash verified,
//! so executors trust it.

mod config;
mod error;
pub mod fork_schedule;
mod forks;
pub(crate) mod json;
mod range;
pub mod rlp;
pub(crate) mod rpc;
mod rpc_transaction;
pub(crate) mod sender_recovery;
mod transaction_fields;
mod verify;

pub use config::ConfigError;
pub use error::{BlockError, TransactionError};
pub use fork_schedule::ForkSchedule;
pub use forks::FORKS;
pub use range::{MOST_CHAIN_ID, OutOfRange};
pub use transaction_fields::{TransactionFields, TypedTransaction};

use alloy_consensus::{EthereumTxEnvelope, TxEip4844};
use alloy_primitives::{Address, B256, Bloom, U256};
use revm::context::TxEnv;
use sender_recovery::SenderSource;
use transaction_fields::env_of;

/// Block, ready for execution: senders recovered, hashes verified.
#[derive(Clone, Debug)]
pub struct Block {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Fork schedule of the chain.
    pub schedule: ForkSchedule,
    /// Header fields that execution reads.
    pub header: Header,
    /// Transactions, in block order.
    pub transactions: Vec<Transaction>,
    /// Withdrawals of the consensus layer (EIP-4895). Empty before Shanghai.
    pub withdrawals: Vec<Withdrawal>,
    /// Ommers, rewarded before the merge.
    pub ommers: Vec<Ommer>,
    /// Commitments of the header to the outcome.
    pub declared: HeaderCommitments,
}

impl Block {
    /// Creates a block without withdrawals, ommers and declared results.
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

    /// Converts a block of alloy. Recovers the senders on rayon's current pool.
    ///
    /// # Errors
    ///
    /// [`BlockError`], with the field or the transaction.
    pub fn from_alloy(
        block: AlloyBlock,
        chain_id: u64,
        schedule: ForkSchedule,
    ) -> Result<Self, BlockError> {
        rlp::verified(block, chain_id, schedule)
    }

    /// Converts a block of alloy whose `senders` are known, in block order: the parts of reth's `RecoveredBlock`.
    /// Signatures are not verified again.
    ///
    /// # Errors
    ///
    /// [`BlockError::SenderCount`] for another number of senders than of transactions; [`BlockError`] with the field for
    /// a root or hash of the header that the body does not have.
    pub fn from_recovered(
        block: AlloyBlock,
        senders: &[Address],
        chain_id: u64,
        schedule: ForkSchedule,
    ) -> Result<Self, BlockError> {
        rlp::with_senders(block, senders, chain_id, schedule)
    }

    /// Decodes the result of `eth_getBlockByNumber` with full transactions.
    ///
    /// Fields may be missing, except number, timestamp, miner, gasLimit and transactions. Recovers the senders of signed
    /// transactions on rayon's current pool.
    ///
    /// # Errors
    ///
    /// [`BlockError`], with the field or the transaction.
    pub fn from_rpc(
        text: &[u8],
        chain_id: u64,
        schedule: ForkSchedule,
    ) -> Result<Self, BlockError> {
        json::parse::<rpc::RpcBlock>(text)?.read(chain_id, schedule, SenderSource::Signature)
    }

    /// Decodes a block from RLP. Recovers the senders on rayon's current pool.
    ///
    /// # Errors
    ///
    /// [`BlockError`], with the field or the transaction.
    pub fn from_rlp(
        bytes: &[u8],
        chain_id: u64,
        schedule: ForkSchedule,
    ) -> Result<Self, BlockError> {
        rlp::read(bytes, chain_id, schedule)
    }
}

/// Header fields that execution reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Block height.
    pub number: u64,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
    /// Recipient of fees and of the block reward.
    pub beneficiary: Address,
    /// Gas limit of the block.
    pub gas_limit: u64,
    /// Base fee in wei per gas (EIP-1559); `None` before London.
    pub base_fee: Option<u64>,
    /// Proof-of-work difficulty; zero after the merge.
    pub difficulty: U256,
    /// Randomness of the beacon chain (EIP-4399): the mix hash of the header.
    pub prev_randao: Option<B256>,
    /// Hash of the parent.
    pub parent_hash: Option<B256>,
    /// Excess blob gas (EIP-4844).
    pub excess_blob_gas: Option<u64>,
    /// Root of the parent beacon block (EIP-4788).
    pub parent_beacon_block_root: Option<B256>,
    /// Slot of the beacon chain (EIP-7843).
    pub slot_number: Option<u64>,
}

/// Signed block of alloy.
pub type AlloyBlock = alloy_consensus::Block<EthereumTxEnvelope<TxEip4844>>;

/// Transaction with its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Hash; `None` if the input has neither hash nor signature.
    pub hash: Option<B256>,
    /// Transaction of revm.
    pub env: TxEnv,
}

impl Transaction {
    /// Creates a transaction with sender `from`, without signature and hash.
    #[must_use]
    pub fn new(transaction: &TypedTransaction, from: Address) -> Self {
        Self {
            hash: None,
            env: env_of(transaction, from),
        }
    }
}

/// Withdrawal of the consensus layer (EIP-4895).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Recipient.
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

/// Ommer of a proof-of-work block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ommer {
    /// The header of the ommer is known.
    Known {
        /// Recipient of the ommer's reward.
        beneficiary: Address,
        /// The ommer's own height.
        number: u64,
    },
    /// JSON-RPC has only the hash: the ommer's own reward cannot be paid.
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
