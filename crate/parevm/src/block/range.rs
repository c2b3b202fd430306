//! Ranges of the numbers that a genesis file sets.
//!
//! geth takes most of them as they are and fails later, or never ends; numbers that cannot be computed with are refused
//! when the chain is opened.

use alloy_primitives::{U256, uint};

/// The largest id for which `v` of a signature fits 64 bits (EIP-2294).
pub const MOST_CHAIN_ID: U256 = uint!(9_223_372_036_854_775_771_U256);

/// A number outside its range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {found}, expected {least} to {most}")]
pub struct OutOfRange {
    /// The path of the number, such as `config.chainId`.
    pub field: String,
    /// What it is.
    pub found: U256,
    /// The smallest that is allowed.
    pub least: U256,
    /// The largest that is allowed.
    pub most: U256,
}

impl OutOfRange {
    /// Whether `found` is `least`, `most` or between.
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
