//! A difference of two quantities.

use alloy_primitives::U256;
use serde::{Serialize, Serializer};
use std::fmt;

/// A difference of two quantities of 256 bits. As JSON it is a quantity with a sign: `"0x5"`, `"-0x5"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// How much.
    pub amount: U256,
    /// True when it is less than before. Zero is not.
    pub is_loss: bool,
}

impl Delta {
    /// What `after` has more than `before`.
    #[must_use]
    pub fn between(before: U256, after: U256) -> Self {
        let (amount, is_loss) = match after.checked_sub(before) {
            Some(gain) => (gain, false),
            None => (before - after, true),
        };
        Self { amount, is_loss }
    }

    /// True when there is no difference.
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
