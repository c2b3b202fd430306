//! Ranges of the numbers in a genesis file.
//!
//! geth accepts most numbers and fails later, or never ends. Here numbers that would overflow are refused when the chain
//! is opened.

use alloy_primitives::{U256, uint};

/// Maximum chain id for which `v` of a signature fits 64 bits (EIP-2294).
pub const MOST_CHAIN_ID: U256 = uint!(9_223_372_036_854_775_771_U256);

/// Number outside its range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {found}, expected {least} to {most}")]
pub struct OutOfRange {
    /// Path of the number, such as `config.chainId`.
    pub field: String,
    /// The number.
    pub found: U256,
    /// Minimum of the range.
    pub least: U256,
    /// Maximum of the range.
    pub most: U256,
}

impl OutOfRange {
    /// Checks that `found` is from `least` to `most`.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`], with `field`.
    pub fn check(field: &str, found: U256, least: U256, most: U256) -> Result<(), OutOfRange> {
        if (least..=most).contains(&found) {
            return Ok(());
        }
        let field = field.to_owned();
        Err(OutOfRange {
            field,
            found,
            least,
            most,
        })
    }
}
