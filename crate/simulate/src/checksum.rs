//! Addresses with a checksum in the case of their letters (EIP-55).

use alloy_primitives::Address;
use serde::{Deserialize, Deserializer, de::Error};
use std::borrow::Cow;

/// Error of a text that is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChecksumError {
    /// The text is not 0x and 40 hexadecimal digits.
    #[error("{text} is no address: expected 0x and 40 hexadecimal digits")]
    Form {
        /// First 60 characters of the text.
        text: String,
    },
    /// The case of the letters does not match the checksum: a digit may be mistyped.
    #[error(
        "the checksum of address {text} is wrong (EIP-55): expected {expected}, or lower case only"
    )]
    Checksum {
        /// Address as given.
        text: String,
        /// Address with the correct checksum.
        expected: String,
    },
}

/// Parses an address in lower case or with the checksum of EIP-55, as viem's `isAddress` accepts it.
///
/// # Errors
///
/// [`ChecksumError`]: `text` is neither.
pub fn parse(text: &str) -> Result<Address, ChecksumError> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 40);
    let address = digits.and_then(|digits| digits.parse::<Address>().ok());
    let Some(address) = address else {
        let text = text.chars().take(60).collect();
        return Err(ChecksumError::Form { text });
    };
    let expected = address.to_checksum(None);
    if text != expected && text.chars().any(|char| char.is_ascii_uppercase()) {
        let text = text.to_owned();
        return Err(ChecksumError::Checksum { text, expected });
    }
    Ok(address)
}

/// Deserializes an address or null.
///
/// # Errors
///
/// As [`parse`].
pub(crate) fn optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Address>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    text.map(|text| parse(&text).map_err(D::Error::custom))
        .transpose()
}
