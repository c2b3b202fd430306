//! Signed difference of two quantities.

use alloy_primitives::U256;
use serde::{Serialize, Serializer};
use std::fmt;

/// Signed difference of two 256-bit quantities. Its JSON is a quantity with a sign: `"0x5"`, `"-0x5"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Absolute difference.
    pub amount: U256,
    /// True if the quantity decreased.
    pub is_loss: bool,
}

impl Delta {
    /// Returns `after - before`.
    #[must_use]
    pub fn between(before: U256, after: U256) -> Self {
        let (amount, is_loss) = match after.checked_sub(before) {
            Some(gain) => (gain, false),
            None => (before - after, true),
        };
        Self { amount, is_loss }
    }

    /// Returns a wrapped sum as the difference of the smaller size.
    pub(super) fn from_wrapped(sum: U256) -> Self {
        let (amount, is_loss) = if sum.bit(255) {
            (sum.wrapping_neg(), true)
        } else {
            (sum, false)
        };
        Self { amount, is_loss }
    }

    /// Returns true if the quantities are equal.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }
}

impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_loss { "-" } else { "" };
        write!(f, "{sign}{:#x}", self.amount)
    }
}

impl Serialize for Delta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
