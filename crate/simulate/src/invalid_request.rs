//! Error of a request that contradicts itself.

use alloy_primitives::Address;

/// Contradiction or unsupported field in a request. Do not retry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// The request has both a gas price and EIP-1559 fees.
    #[error("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")]
    Prices,
    /// `data` and `input` differ.
    #[error(
        "both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass transaction call data"
    )]
    Input,
    /// The request is for another chain.
    #[error("chainId does not match node's (have={given}, want={chain_id})")]
    ChainId {
        /// Chain id of the request.
        given: u64,
        /// Chain id of the block.
        chain_id: u64,
    },
    /// A transaction with blobs cannot create a contract.
    #[error("blob transaction of type create")]
    BlobCreate,
    /// A transaction with authorizations cannot create a contract.
    #[error("EIP-7702 transaction cannot be used to create contract (sender {sender})")]
    AuthorizedCreate {
        /// Sender of the transaction.
        sender: Address,
    },
    /// The override concerns pre-execution changes, which a single call does not have.
    #[error("block override \"{field}\" is not supported for this RPC method")]
    BlockOverride {
        /// Name of the field.
        field: &'static str,
    },
    /// A transaction of this type must not have the field, or must have it.
    #[error("{field} does not fit a transaction of type {transaction_type}")]
    Type {
        /// Name of the field.
        field: &'static str,
        /// Type of the request.
        transaction_type: u8,
    },
    /// The number is larger than the field.
    #[error("{field} of the block is too large")]
    TooLarge {
        /// Name of the field.
        field: &'static str,
    },
    /// The override has both a full storage and a storage diff.
    #[error("account {address} has both 'state' and 'stateDiff'")]
    Storage {
        /// Address of the account.
        address: Address,
    },
    /// The account to move is not a precompile.
    #[error("account {address} is not a precompile")]
    NotPrecompile {
        /// Address of the account.
        address: Address,
    },
    /// The precompile is moved to its own address.
    #[error("account {address} is already overridden")]
    MovedToItself {
        /// Address of the account.
        address: Address,
    },
    /// The target address of the precompile has an override.
    #[error("account {address} is already overridden")]
    Overridden {
        /// Target address.
        address: Address,
    },
}

impl InvalidRequest {
    /// Returns the JSON-RPC error code: that of `eth_simulateV1`'s specification for moved precompiles, -32000 if
    /// geth has an error of its own, else -32602 (invalid params).
    #[must_use]
    pub const fn code(&self) -> i32 {
        match self {
            Self::MovedToItself { .. } => -38_022,
            Self::Overridden { .. } => -38_023,
            Self::Input | Self::Type { .. } | Self::TooLarge { .. } => -32_602,
            _ => -32_000,
        }
    }
}
