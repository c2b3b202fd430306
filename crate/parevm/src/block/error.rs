//! Errors of blocks and transactions that cannot be decoded or contradict themselves.

use alloy_consensus::crypto::RecoveryError;
use alloy_eips::eip2718::Eip2718Error;
use alloy_primitives::{Address, B256};

/// Error in a block. The input is wrong; do not retry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// The text is not a JSON document.
    #[error("not a JSON document")]
    Json(#[source] serde_json::Error),
    /// The text ends in the middle of a JSON document.
    #[error("the JSON document is truncated")]
    Truncated(#[source] serde_json::Error),
    /// A value has the wrong type.
    #[error("{path} has a wrong value")]
    Value {
        /// Path of the value, such as `block.transactions[3].gas`.
        path: String,
        /// The JSON error.
        source: serde_json::Error,
    },
    /// The block has another number of transactions than senders.
    #[error("{senders} senders for {transactions} transactions")]
    SenderCount {
        /// Number of senders.
        senders: usize,
        /// Number of transactions.
        transactions: usize,
    },
    /// A required field is missing.
    #[error("{field} is missing")]
    Missing {
        /// Name of the field, as JSON-RPC spells it.
        field: &'static str,
    },
    /// The bytes are not an RLP block.
    #[error("not an RLP block")]
    Rlp(#[source] alloy_rlp::Error),
    /// The header of an RLP block is malformed: a field is wrong, or one in the middle is missing.
    #[error("not an RLP header")]
    Header(#[source] alloy_rlp::Error),
    /// A transaction cannot be used.
    #[error("transaction {index} cannot be used")]
    Transaction {
        /// Position in the block, from zero.
        index: usize,
        /// The error of the transaction.
        source: TransactionError,
    },
    /// A declared hash differs from that of the content.
    #[error("{field} is declared as {declared}, the content has {computed}")]
    Mismatch {
        /// Name of the field, as JSON-RPC spells it.
        field: &'static str,
        /// Hash that the block declares.
        declared: B256,
        /// Hash of the content.
        computed: B256,
    },
    /// The chain has no known fork schedule, and none was given.
    #[error("chain {chain_id} has no known fork schedule")]
    UnknownChain {
        /// EIP-155 chain id.
        chain_id: u64,
    },
}

/// Error in a transaction.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// The bytes are not an EIP-2718 transaction.
    #[error("not an encoded transaction")]
    Encoding(#[source] Eip2718Error),
    /// A required field is missing.
    #[error("{field} is missing")]
    Missing {
        /// Name of the field, as JSON-RPC spells it.
        field: &'static str,
    },
    /// The transaction has no recipient, and its type cannot create a contract.
    #[error("type {found} needs a receiver")]
    NoReceiver {
        /// EIP-2718 type.
        found: u8,
    },
    /// The transaction type is unknown.
    #[error("type {found} is unknown")]
    UnknownType {
        /// EIP-2718 type.
        found: u64,
    },
    /// `v` of the signature is not a recovery id.
    #[error("v is {found}, which names no recovery id")]
    RecoveryId {
        /// Value of `v` or `yParity`.
        found: u64,
    },
    /// The sender cannot be recovered from the signature.
    #[error("the sender cannot be recovered")]
    Sender(#[source] RecoveryError),
    /// The sender recovered from the signature is not `from`.
    #[error("from is {declared}, the signature is by {recovered}")]
    ForeignSignature {
        /// Value of `from`.
        declared: Address,
        /// Account that signed.
        recovered: Address,
    },
    /// The declared hash differs from that of the transaction.
    #[error("hash is declared as {declared}, the content has {computed}")]
    HashMismatch {
        /// Hash that the input declares.
        declared: B256,
        /// Hash of the content.
        computed: B256,
    },
}
