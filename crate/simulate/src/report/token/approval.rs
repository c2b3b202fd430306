//! Approval to spend tokens, and its grant.

use alloy_primitives::{Address, U256};
use serde::Serialize;

/// Approval to spend tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum Approval {
    /// Units of an ERC-20 token.
    Erc20 {
        /// Token contract.
        token: Address,
        /// Owner of the units.
        owner: Address,
        /// Account that may spend them.
        spender: Address,
    },
    /// One ERC-721 token.
    Erc721 {
        /// Token contract.
        token: Address,
        /// Token id.
        token_id: U256,
    },
    /// All tokens of a contract (ERC-721, ERC-1155, ERC-6909).
    ForAll {
        /// Token contract.
        token: Address,
        /// Owner of the tokens.
        owner: Address,
        /// Account that may transfer them.
        operator: Address,
    },
    /// Units of one token id of an ERC-6909 contract.
    Erc6909 {
        /// Token contract.
        token: Address,
        /// Token id.
        token_id: U256,
        /// Owner of the units.
        owner: Address,
        /// Account that may spend them.
        spender: Address,
    },
    /// Units of a token, through Permit2.
    Permit2 {
        /// Permit2 contract.
        contract: Address,
        /// Token contract.
        token: Address,
        /// Owner of the units.
        owner: Address,
        /// Account that may spend them.
        spender: Address,
    },
}

impl Approval {
    /// Returns the token contract.
    #[must_use]
    pub const fn token(&self) -> Address {
        match self {
            Self::Erc20 { token, .. }
            | Self::Erc721 { token, .. }
            | Self::ForAll { token, .. }
            | Self::Erc6909 { token, .. }
            | Self::Permit2 { token, .. } => *token,
        }
    }
}

/// Grant of an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Grant {
    /// Units that may be spent (ERC-20, ERC-6909).
    Amount(U256),
    /// Account that may transfer the token (ERC-721); zero for none.
    Account(Address),
    /// True if all tokens may be transferred.
    All(bool),
    /// Units that may be spent until a time (Permit2).
    #[serde(rename_all = "camelCase")]
    Until {
        /// Units of the token.
        amount: U256,
        /// Seconds since the Unix epoch.
        #[serde(with = "alloy_serde::quantity")]
        expiration: u64,
    },
}
