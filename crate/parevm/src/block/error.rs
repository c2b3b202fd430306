//! Why a block cannot be used.

use alloy_consensus::crypto::RecoveryError;
use alloy_eips::eip2718::Eip2718Error;
use alloy_primitives::{Address, B256};

/// Why a block cannot be used. The input is wrong; do not retry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// The text is no JSON document.
    #[error("not a JSON document")]
    Json(#[source] serde_json::Error),
    /// The text ends in the middle of a JSON document.
    #[error("the JSON document is truncated")]
    Truncated(#[source] serde_json::Error),
    /// A value has another type than it should.
    #[error("{path} has a wrong value")]
    Value {
        /// Where the value lies, such as `block.transactions[3].gas`.
        path: String,
        /// What was expected.
        source: serde_json::Error,
    },
    /// A value that is needed is not there.
    #[error("{field} is missing")]
    Missing {
        /// Name of the field, as JSON-RPC spells it.
        field: &'static str,
    },
    /// The bytes are no RLP block.
    #[error("not an RLP block")]
    Rlp(#[source] alloy_rlp::Error),
    /// The header of an RLP block is none: a field is malformed, or one in the middle is missing.
    #[error("not an RLP header")]
    Header(#[source] alloy_rlp::Error),
    /// A transaction cannot be used.
    #[error("transaction {index} cannot be used")]
    Transaction {
        /// Position in the block, from zero.
        index: usize,
        /// Why.
        source: TransactionError,
    },
    /// A hash that the block declares is not that of its content.
    #[error("{field} is declared as {declared}, the content has {computed}")]
    Mismatch {
        /// Name of the field, as JSON-RPC spells it.
        field: &'static str,
        /// What the block says.
        declared: B256,
        /// What was computed.
        computed: B256,
    },
    /// No fork schedule is known for this chain, and none was given.
    #[error("chain {chain_id} has no known fork schedule")]
    UnknownChain {
        /// EIP-155 chain id.
        chain_id: u64,
    },
}

/// Why a transaction cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// The bytes are no transaction as EIP-2718 encodes one.
    #[error("not an encoded transaction")]
    Encoding(#[source] Eip2718Error),
    /// A value that is needed is not there.
    #[error("{field} is missing")]
    Missing {
        /// Name of the field, as JSON-RPC spells it.
        field: &'static str,
    },
    /// A transaction of this type cannot create a contract, and this one names no receiver.
    #[error("type {found} needs a receiver")]
    NoReceiver {
        /// EIP-2718 type.
        found: u8,
    },
    /// No fork has transactions of this type.
    #[error("type {found} is unknown")]
    UnknownType {
        /// EIP-2718 type.
        found: u64,
    },
    /// The signature's `v` names no recovery id.
    #[error("v is {found}, which names no recovery id")]
    RecoveryId {
        /// What `v` or `yParity` says.
        found: u64,
    },
    /// The signature belongs to no account.
    #[error("the sender cannot be recovered")]
    Sender(#[source] RecoveryError),
    /// The signature belongs to another account than `from`.
    #[error("from is {declared}, the signature is by {recovered}")]
    ForeignSignature {
        /// What `from` says.
        declared: Address,
        /// Who signed.
        recovered: Address,
    },
    /// The declared hash is not that of the transaction.
    #[error("hash is declared as {declared}, the content has {computed}")]
    HashMismatch {
        /// What the input says.
        declared: B256,
        /// What was computed.
        computed: B256,
    },
}
