//! Words of atomic values.

use super::error::{Problem, shown};
use alloy_primitives::{B256, U256, hex, keccak256};
use parevm_simulate::checksum;
use serde_json::{Number, Value};

/// 2^53, the limit of the integers that a 64-bit float represents without gaps.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Returns the word of a value that is neither structure nor array.
pub(super) fn atom(kind: &str, value: &Value) -> Result<B256, Problem> {
    let mismatch = || Problem::Mismatch {
        kind: kind.into(),
        found: shown(value),
    };
    let range = || Problem::Range {
        kind: kind.into(),
        found: shown(value),
    };
    match kind {
        "string" => Ok(keccak256(match value {
            Value::String(text) => text.clone().into_bytes(),
            Value::Null => Vec::new(),
            Value::Number(number) => natural(number)?.ok_or_else(mismatch)?,
            _ => return Err(mismatch()),
        })),
        "bytes" => Ok(keccak256(match value {
            Value::String(text) => digits(text).unwrap_or_else(|| text.clone().into_bytes()),
            Value::Number(number) => natural(number)?.ok_or_else(mismatch)?,
            _ => return Err(mismatch()),
        })),
        "bool" => {
            let yes = match value {
                Value::Bool(yes) => *yes,
                Value::Null => false,
                Value::Number(number) => number.as_f64() != Some(0.0),
                Value::String(text) if text == "true" => true,
                // eth-sig-util takes every other text, "false" too, for true.
                _ => return Err(mismatch()),
            };
            Ok(B256::with_last_byte(yes.into()))
        }
        "address" => {
            let bytes = match value {
                Value::Number(number) => natural(number)?,
                Value::String(text) if text.len() == 42 => {
                    return Ok(checksum::parse(text)?.into_word());
                }
                Value::String(text) => digits(text).filter(|bytes| !bytes.is_empty()),
                _ => None,
            };
            let bytes = bytes.ok_or_else(mismatch)?;
            match bytes.len() <= 20 {
                true => Ok(B256::left_padding_from(&bytes)),
                false => Err(range()),
            }
        }
        _ => {
            let unknown = || Problem::UnknownType { kind: kind.into() };
            if let Some(size) = kind.strip_prefix("bytes") {
                let size = size_of(size, 32).ok_or_else(unknown)?;
                let bytes = match value {
                    Value::Number(number) => natural(number)?,
                    Value::String(text) => digits(text),
                    _ => None,
                };
                let bytes = bytes.ok_or_else(mismatch)?;
                return match bytes.len() <= size {
                    true => Ok(B256::right_padding_from(&bytes)),
                    false => Err(range()),
                };
            }
            let (size, is_signed) = match kind.strip_prefix('u') {
                Some(unsigned) => (unsigned.strip_prefix("int"), false),
                None => (kind.strip_prefix("int"), true),
            };
            let bits = match size.ok_or_else(unknown)? {
                "" => 256,
                size => size_of(size, 256)
                    .filter(|bits| bits % 8 == 0)
                    .ok_or_else(unknown)?,
            };
            let (is_negative, amount) = integer(value)?.ok_or_else(mismatch)?;
            // The least negative number has one more than the greatest positive one.
            let most = U256::MAX >> (256 - bits + usize::from(is_signed));
            let fits = match is_negative {
                true => is_signed && amount.saturating_sub(U256::ONE) <= most,
                false => amount <= most,
            };
            let word = if is_negative {
                amount.wrapping_neg()
            } else {
                amount
            };
            match fits || amount.is_zero() {
                true => Ok(word.into()),
                false => Err(range()),
            }
        }
    }
}

/// Parses a size in the name of a type, from 1 to `most`.
fn size_of(text: &str, most: usize) -> Option<usize> {
    let is_plain = !text.starts_with('0') && text.chars().all(|char| char.is_ascii_digit());
    let size: usize = text.parse().ok().filter(|_| is_plain)?;
    (size <= most).then_some(size)
}

/// Parses hexadecimal text, which may have an odd number of digits; `None` for other text.
fn digits(text: &str) -> Option<Vec<u8>> {
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))?;
    match digits.len() % 2 {
        0 => hex::decode(digits).ok(),
        _ => hex::decode(format!("0{digits}")).ok(),
    }
}

/// Returns sign and magnitude of an integral JSON number; `None` for others.
fn whole(number: &Number) -> Result<Option<(bool, u64)>, Problem> {
    if let Some(number) = number.as_u64() {
        return Ok(Some((false, number)));
    }
    if let Some(number) = number.as_i64() {
        return Ok(Some((true, number.unsigned_abs())));
    }
    let found = number.as_f64().unwrap_or(f64::NAN);
    if found.abs() >= EXACT {
        let found = number.to_string();
        return Err(Problem::Inexact { found });
    }
    // Integral and below 2^53: exact.
    Ok((found.fract() == 0.0).then_some((found < 0.0, found.abs() as u64)))
}

/// Returns the bytes of a non-negative integral JSON number without leading zeros, at least one.
fn natural(number: &Number) -> Result<Option<Vec<u8>>, Problem> {
    let number = whole(number)?.filter(|(is_negative, _)| !is_negative);
    Ok(number.map(|(_, number)| match number {
        0 => vec![0],
        number => U256::from(number).to_be_bytes_trimmed_vec(),
    }))
}

/// Returns sign and magnitude of a number in JSON or text, decimal or hexadecimal.
pub(super) fn integer(value: &Value) -> Result<Option<(bool, U256)>, Problem> {
    let text = match value {
        Value::Number(number) => {
            let number = whole(number)?;
            return Ok(number.map(|(is_negative, size)| (is_negative, U256::from(size))));
        }
        Value::String(text) => text.trim(),
        _ => return Ok(None),
    };
    let (is_negative, digits, radix) =
        if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            (false, digits, 16)
        } else if let Some(digits) = text.strip_prefix('-') {
            (true, digits, 10)
        } else if text.is_empty() {
            // As JavaScript's BigInt, and so every wallet.
            (false, "0", 10)
        } else {
            (false, text.strip_prefix('+').unwrap_or(text), 10)
        };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Ok(None);
    }
    let size = U256::from_str_radix(digits, radix.into());
    let size = size.map_err(|_| Problem::Range {
        kind: "256 bits".into(),
        found: shown(value),
    })?;
    Ok(Some((is_negative && !size.is_zero(), size)))
}
