//! Bytes of a saved node: prefix, format, content and checksum.

use super::RestoreError;
use alloy_rlp::Decodable;
use flate2::Crc;
use serde::{Deserialize, Serialize};

/// Number of the format, raised whenever the fields of a saved node change.
const FORMAT: u32 = 4;

const PREFIX: [u8; 4] = *b"pvmn";

/// Encodes `content` with prefix, format and checksum.
pub(super) fn encode(content: &impl Serialize) -> Vec<u8> {
    let mut bytes = PREFIX.to_vec();
    bytes.extend(FORMAT.to_be_bytes());
    // A vector takes any number of bytes, and the content has no sequence of unknown length. Cut off bytes would be
    // refused by `decode`.
    bytes = postcard::to_extend(content, bytes).unwrap_or_default();
    bytes.extend(checksum(&bytes).to_be_bytes());
    bytes
}

/// Decodes what [`encode`] has written.
///
/// # Errors
///
/// [`RestoreError`]: the bytes are damaged, or of another format.
pub(super) fn decode<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, RestoreError> {
    let (bytes, sum) = bytes.split_last_chunk().ok_or(RestoreError::Damaged)?;
    if u32::from_be_bytes(*sum) != checksum(bytes) {
        return Err(RestoreError::Damaged);
    }
    let (found, content) = format_of(bytes).ok_or(RestoreError::Damaged)?;
    if found != u64::from(FORMAT) {
        return Err(RestoreError::Format {
            found,
            supported: FORMAT,
        });
    }
    let (content, trailing) = postcard::take_from_bytes(content)?;
    match trailing.len() {
        0 => Ok(content),
        trailing => Err(RestoreError::Trailing(trailing)),
    }
}

/// Returns the format of a saved node, and what follows it; `None` for other bytes.
fn format_of(mut bytes: &[u8]) -> Option<(u64, &[u8])> {
    if let Some((format, content)) = bytes
        .strip_prefix(&PREFIX)
        .and_then(<[u8]>::split_first_chunk)
    {
        return Some((u32::from_be_bytes(*format).into(), content));
    }
    // Up to format 3 a saved node was a list in RLP, which began with its format.
    let mut list = alloy_rlp::Header::decode_bytes(&mut bytes, true).ok()?;
    let format = u64::decode(&mut list).ok()?;
    Some((format, list))
}

/// Returns the CRC-32 of `bytes`.
fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
