//! Values of parameters.

use super::RpcError;
use alloy_primitives::U256;
use parevm::json::decode;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;
use std::fmt::Display;

/// Reads `value`, the parameter `name`.
///
/// # Errors
///
/// [`RpcError`] that names the field.
pub(crate) fn read<T: DeserializeOwned>(name: &str, value: &Value) -> Result<T, RpcError> {
    decode(value).map_err(|error| {
        let path = match error.path() {
            // The whole parameter.
            None => name.to_owned(),
            Some(path) => format!("{name}.{path}"),
        };
        invalid(&path, error.reason)
    })
}

/// Returns the error of the value at `path`. For an address it describes the format, as names are not resolved.
pub(super) fn invalid(path: &str, reason: impl Display) -> RpcError {
    let field = path.rsplit('.').next().unwrap_or(path);
    match ADDRESSES.contains(&field) {
        true => RpcError::invalid(
            path,
            format!("an address is 20 bytes in hex, with 0x ({reason})"),
        ),
        false => RpcError::invalid(path, reason),
    }
}

/// Names of address fields.
const ADDRESSES: [&str; 6] = [
    "address",
    "authority",
    "feeRecipient",
    "from",
    "to",
    "coinbase",
];

/// Number as users of development nodes write it: hexadecimal, decimal, or a JSON number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u64),
            Text(String),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Number(number) => return Ok(Self(number)),
            Written::Text(text) => text,
        };
        let number = match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16),
            None => text.parse(),
        };
        number.map(Self).map_err(D::Error::custom)
    }
}

/// Deserializes an optional [`Number`].
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let number = Option::<Number>::deserialize(deserializer)?;
    Ok(number.map(|number| number.0))
}

/// Parses a slot of JSON-RPC.
pub(crate) fn slot(text: &str) -> Result<U256, &'static str> {
    let digits = text
        .strip_prefix("0x")
        .ok_or("hex string without 0x prefix")?;
    if digits.len() > 64 {
        return Err("longer than 32 bytes");
    }
    U256::from_str_radix(digits, 16).map_err(|_| "invalid hex")
}
