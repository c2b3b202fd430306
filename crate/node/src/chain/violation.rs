//! Violations of consensus rules by a block.

use alloy_primitives::{Address, B64, B256, Bloom, Bytes, U256};
use parevm::vm::SpecId;

/// Violated rule of a block, with the found and the expected value.
///
/// Roots of transactions, withdrawals and ommers are compared when the block is decoded
/// ([`BlockError::Mismatch`](parevm::block::BlockError::Mismatch)), transactions are checked when they are executed
/// ([`ExecuteError`](parevm::ExecuteError)). The seal of proof of work is not checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// The height is not the parent's plus one.
    #[error("number is {found}, expected {expected}")]
    Number {
        /// The header's.
        found: u64,
        /// The parent's plus one.
        expected: u64,
    },
    /// The block is not younger than its parent.
    #[error("timestamp is {found}, the parent's is {parent}")]
    Timestamp {
        /// The header's, in seconds.
        found: u64,
        /// The parent's, in seconds.
        parent: u64,
    },
    /// The gas limit is out of the range of every block.
    #[error("gasLimit is {found}, allowed are {least} to {most}")]
    GasLimitBounds {
        /// The header's, in gas.
        found: u64,
        /// Least gas limit of a block.
        least: u64,
        /// Greatest gas limit of a block.
        most: u64,
    },
    /// The gas limit is too far from the parent's.
    #[error("gasLimit is {found}, which must differ by less than {bound} from {parent}")]
    GasLimitChange {
        /// The header's, in gas.
        found: u64,
        /// The parent's, doubled at the London fork.
        parent: u64,
        /// The difference must be less.
        bound: u64,
    },
    /// The header claims more gas than it allows.
    #[error("gasUsed is {found}, gasLimit {limit}")]
    GasUsedAboveLimit {
        /// The header's gas used.
        found: u64,
        /// The header's gas limit.
        limit: u64,
    },
    /// The extra data is too long.
    #[error("extraData has {found} bytes, {most} are allowed")]
    ExtraDataLength {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// The extra data of the first ten blocks from the DAO fork on is fixed (EIP-779).
    #[error("extraData is {found}, a block at the DAO fork says dao-hard-fork")]
    DaoExtraData {
        /// The header's.
        found: Bytes,
    },
    /// A field of the fork is missing.
    #[error("{field} is missing, {spec:?} has it")]
    FieldMissing {
        /// JSON-RPC name of the field.
        field: &'static str,
        /// The block's fork.
        spec: SpecId,
    },
    /// The fork does not have this field.
    #[error("{field} is there, {spec:?} does not have it")]
    FieldUnexpected {
        /// JSON-RPC name of the field.
        field: &'static str,
        /// The block's fork.
        spec: SpecId,
    },
    /// The base fee does not follow from the parent (EIP-1559).
    #[error("baseFeePerGas is {found}, expected {expected}")]
    BaseFee {
        /// The header's, in wei.
        found: u64,
        /// Value that follows from the parent.
        expected: u64,
    },
    /// The difficulty does not follow from the parent; after the merge it is zero (EIP-3675).
    #[error("difficulty is {found}, expected {expected}")]
    Difficulty {
        /// The header's.
        found: U256,
        /// Value that follows from the parent.
        expected: U256,
    },
    /// After the merge the nonce is zero (EIP-3675).
    #[error("nonce is {found}, expected zero")]
    Nonce {
        /// The header's.
        found: B64,
    },
    /// The excess blob gas does not follow from the parent (EIPs 4844, 7691, 7918).
    #[error("excessBlobGas is {found}, expected {expected}")]
    ExcessBlobGas {
        /// The header's.
        found: u64,
        /// Value that follows from the parent.
        expected: u64,
    },
    /// The blob gas is not that of the transactions.
    #[error("blobGasUsed is {found}, expected {expected}")]
    BlobGasUsed {
        /// The header's.
        found: u64,
        /// Blob gas of all transactions.
        expected: u64,
    },
    /// The block holds more blobs than its fork allows.
    #[error("the blobs of the transactions use {found} gas, {most} is allowed")]
    BlobGasLimit {
        /// Blob gas of all transactions.
        found: u64,
        /// Blob gas that a block may use.
        most: u64,
    },
    /// The encoded block is too long (EIP-7934).
    #[error("the block has {found} bytes, {most} are allowed")]
    BlockSize {
        /// Bytes of the RLP encoding.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// The block has too many ommers; none are allowed after the merge.
    #[error("the block has {found} ommers, {most} are allowed")]
    OmmerCount {
        /// Ommers of the block.
        found: usize,
        /// Ommers allowed.
        most: usize,
    },
    /// An ommer is invalid.
    #[error("ommer {index} is invalid")]
    Ommer {
        /// Position in the block, from zero.
        index: usize,
        /// Violated rule.
        source: OmmerViolation,
    },
    /// The gas used is not that of the transactions.
    #[error("gasUsed is {found}, expected {expected}")]
    GasUsed {
        /// The header's.
        found: u64,
        /// Gas used by the transactions.
        expected: u64,
    },
    /// The root of the receipts does not match.
    #[error("receiptsRoot is {found}, expected {expected}")]
    ReceiptsRoot {
        /// The header's.
        found: B256,
        /// Root of the receipts.
        expected: B256,
    },
    /// The bloom does not match the logs.
    #[error("logsBloom is not that of the logs")]
    LogsBloom {
        /// The header's.
        found: Box<Bloom>,
        /// Bloom over the logs.
        expected: Box<Bloom>,
    },
    /// The hash of the requests does not match (EIP-7685).
    #[error("requestsHash is {found}, expected {expected}")]
    RequestsHash {
        /// The header's.
        found: B256,
        /// Hash of the requests of the execution.
        expected: B256,
    },
    /// The hash of the block access list does not match (EIP-7928).
    #[error("blockAccessListHash is {found}, expected {expected}")]
    BlockAccessListHash {
        /// The header's.
        found: B256,
        /// Hash of the list of the execution.
        expected: B256,
    },
    /// A system contract that is called after the transactions has no code (EIPs 7002, 7251).
    #[error("the system contract {contract} has no code")]
    SystemContractEmpty {
        /// Address of the contract.
        contract: Address,
    },
    /// The root of the state after the block does not match.
    #[error("stateRoot is {found}, expected {expected}")]
    StateRoot {
        /// The header's.
        found: B256,
        /// Root of the state after execution.
        expected: B256,
    },
}

/// Violated rule of an ommer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OmmerViolation {
    /// The block or one of its last ancestors includes the same ommer.
    #[error("{hash} is included already")]
    AlreadyIncluded {
        /// Hash of the ommer.
        hash: B256,
    },
    /// The ommer is an ancestor of the block.
    #[error("{hash} is an ancestor")]
    Ancestor {
        /// Hash of the ommer.
        hash: B256,
    },
    /// The ommer's parent is not one of the last ancestors, or is the block's own parent.
    #[error("its parent {parent} is not an ancestor two to seven generations old")]
    Parent {
        /// Parent of the ommer.
        parent: B256,
    },
    /// The ommer's header is invalid.
    #[error("its header is invalid")]
    Header {
        /// Violated rule.
        source: Box<Violation>,
    },
}
