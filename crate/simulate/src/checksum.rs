//! Addresses whose letters carry a checksum (EIP-55).

use alloy_primitives::Address;
use serde::{Deserialize, Deserializer, de::Error};
use std::borrow::Cow;

/// Why text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChecksumError {
    /// It has other than 20 bytes in hexadecimal.
    #[error("{text} is no address: expected 0x and 40 hexadecimal digits")]
    Form {
        /// At most 60 characters of it.
        text: String,
    },
    /// Some letters are in the wrong case, as where a digit was mistyped.
    #[error(
        "the checksum of address {text} is wrong (EIP-55): expected {expected}, or lower case only"
    )]
    Checksum {
        /// As it was given.
        text: String,
        /// With the right checksum.
        expected: String,
    },
}

/// Returns the address in `text`, which is all in lower case or has the checksum of EIP-55, as viem's
/// `isAddress` wants it.
///
/// # Errors
///
/// [`ChecksumError`]
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

/// Reads an address, or null, in a field.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Address>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    text.map(|text| parse(&text).map_err(D::Error::custom))
        .transpose()
}
