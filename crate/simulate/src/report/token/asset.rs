//! Asset: the native currency or a token.

use alloy_primitives::{Address, U256};
use serde::Serialize;

/// Asset that an account can own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(
    tag = "type",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum Asset {
    /// Native currency of the chain, in wei.
    Native,
    /// Units of an ERC-20 token, WETH included.
    Erc20 {
        /// Token contract.
        token: Address,
    },
    /// One ERC-721 token. Its owner has 1 of it.
    Erc721 {
        /// Token contract.
        token: Address,
        /// Token id.
        token_id: U256,
    },
    /// Units of one token id of an ERC-1155 contract.
    Erc1155 {
        /// Token contract.
        token: Address,
        /// Token id.
        token_id: U256,
    },
    /// Units of one token id of an ERC-6909 contract.
    Erc6909 {
        /// Token contract.
        token: Address,
        /// Token id.
        token_id: U256,
    },
}

impl Asset {
    /// Returns the token contract; `None` for the native currency.
    #[must_use]
    pub const fn token(&self) -> Option<Address> {
        match self {
            Self::Native => None,
            Self::Erc20 { token }
            | Self::Erc721 { token, .. }
            | Self::Erc1155 { token, .. }
            | Self::Erc6909 { token, .. } => Some(*token),
        }
    }
}
