//! The rules a block can break.

use alloy_primitives::{Address, B64, B256, Bloom, Bytes, U256};
use parevm::vm::SpecId;

/// The rule that a block breaks, with what was found and what the rule demands.
///
/// Roots of transactions, withdrawals and ommers are compared where the block is read
/// ([`BlockError::Mismatch`](parevm::block::BlockError::Mismatch)), what concerns one transaction where it runs
/// ([`ExecuteError`](parevm::ExecuteError)). The seal of proof of work is not looked at.
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
    /// The gas limit is below or above what any block may have.
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
    /// The fork demands a field that is not there.
    #[error("{field} is missing, {spec:?} has it")]
    FieldMissing {
        /// Name of the field, as JSON-RPC spells it.
        field: &'static str,
        /// The block's fork.
        spec: SpecId,
    },
    /// The fork does not have a field that is there.
    #[error("{field} is there, {spec:?} does not have it")]
    FieldUnexpected {
        /// Name of the field, as JSON-RPC spells it.
        field: &'static str,
        /// The block's fork.
        spec: SpecId,
    },
    /// The base fee does not follow from the parent (EIP-1559).
    #[error("baseFeePerGas is {found}, expected {expected}")]
    BaseFee {
        /// The header's, in wei.
        found: u64,
        /// What follows from the parent.
        expected: u64,
    },
    /// The difficulty does not follow from the parent; after the merge it is zero (EIP-3675).
    #[error("difficulty is {found}, expected {expected}")]
    Difficulty {
        /// The header's.
        found: U256,
        /// What follows from the parent.
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
        /// What follows from the parent.
        expected: u64,
    },
    /// The header does not count the blobs of its transactions.
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
    /// There are too many ommers; after the merge there are none.
    #[error("the block has {found} ommers, {most} are allowed")]
    OmmerCount {
        /// Ommers of the block.
        found: usize,
        /// Ommers allowed.
        most: usize,
    },
    /// An ommer breaks a rule.
    #[error("ommer {index} is invalid")]
    Ommer {
        /// Position in the block, from zero.
        index: usize,
        /// The rule.
        source: OmmerViolation,
    },
    /// Gas used by the transactions.
    #[error("gasUsed is {found}, expected {expected}")]
    GasUsed {
        /// The header's.
        found: u64,
        /// What the transactions used.
        expected: u64,
    },
    /// Root of the receipt trie.
    #[error("receiptsRoot is {found}, expected {expected}")]
    ReceiptsRoot {
        /// The header's.
        found: B256,
        /// Root of the receipts.
        expected: B256,
    },
    /// Bloom over all logs.
    #[error("logsBloom is not that of the logs")]
    LogsBloom {
        /// The header's.
        found: Box<Bloom>,
        /// Bloom over the logs.
        expected: Box<Bloom>,
    },
    /// Hash of the requests (EIP-7685).
    #[error("requestsHash is {found}, expected {expected}")]
    RequestsHash {
        /// The header's.
        found: B256,
        /// Hash of the requests that execution made.
        expected: B256,
    },
    /// Hash of the block access list (EIP-7928).
    #[error("blockAccessListHash is {found}, expected {expected}")]
    BlockAccessListHash {
        /// The header's.
        found: B256,
        /// Hash of the list that execution made.
        expected: B256,
    },
    /// A contract that must answer after the transactions has no code (EIPs 7002, 7251).
    #[error("the system contract {contract} has no code")]
    SystemContractEmpty {
        /// Address of the contract.
        contract: Address,
    },
    /// Root of the state after the block.
    #[error("stateRoot is {found}, expected {expected}")]
    StateRoot {
        /// The header's.
        found: B256,
        /// Root of the state after execution.
        expected: B256,
    },
}

/// The rule that an ommer breaks.
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
        /// The parent that the ommer names.
        parent: B256,
    },
    /// The ommer's header breaks a rule.
    #[error("its header is invalid")]
    Header {
        /// The rule.
        source: Box<Violation>,
    },
}
