//! Compact form of 256-bit numbers.

use alloy_primitives::U256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// 256-bit number, saved as its big-endian bytes without leading zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(pub(super) U256);

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: [u8; 32] = self.0.to_be_bytes();
        serializer.serialize_bytes(&bytes[self.0.leading_zeros() / 8..])
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        let number = U256::try_from_be_slice(bytes);
        let number = number.ok_or_else(|| D::Error::custom("a number has more than 32 bytes"))?;
        Ok(Self(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_takes_as_many_bytes_as_its_value_needs() {
        for (value, expected) in [
            (U256::ZERO, &[0][..]),
            (U256::from(1), &[1, 1]),
            (U256::from(0xff00), &[2, 0xff, 0]),
        ] {
            let bytes = postcard::to_stdvec(&Word(value)).ok();
            assert_eq!(bytes.as_deref(), Some(expected), "{value}");
            assert_eq!(postcard::from_bytes(expected), Ok(Word(value)));
        }
        let bytes = postcard::to_stdvec(&Word(U256::MAX)).unwrap_or_default();
        assert_eq!(bytes.len(), 33);
        assert_eq!(postcard::from_bytes(&bytes), Ok(Word(U256::MAX)));
        let long = [&[33, 1][..], &[0; 32]].concat();
        assert!(postcard::from_bytes::<Word>(&long).is_err());
    }
}
