//! JSON parser that preserves large integers.

use alloy_primitives::U256;
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use std::{borrow::Cow, fmt};

/// Parses JSON without rounding: integers of more than 64 bits become strings.
///
/// `serde_json` reads such an integer as a float. Here it becomes a quantity in hexadecimal, as in JSON-RPC, or decimal
/// digits with a sign if it is negative: 20000000000000000000 is read as `"0x1158e460913d00000"`. Integers of more than
/// 256 bits, fractions and exponents remain floats, which are never quantities. The feature `arbitrary_precision` of
/// `serde_json` is not an option: it breaks untagged enums.
///
/// # Errors
///
/// As [`serde_json::from_str`].
///
/// # Example
///
/// ```
/// use parevm_node::rpc::parse_exact;
///
/// let wei = parse_exact("20000000000000000000")?;
/// assert_eq!(wei, "0x1158e460913d00000");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn parse_exact(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(&quoted(text)?)
}

/// Parses as [`parse_exact`] a value that takes at most about `bytes` of memory; `None` for a larger one.
///
/// # Errors
///
/// As [`serde_json::from_str`].
pub(crate) fn parse_exact_within(text: &str, bytes: usize) -> serde_json::Result<Option<Value>> {
    let exact = quoted(text)?;
    let mut budget = MemoryBudget {
        left: bytes,
        is_exceeded: false,
    };
    let mut reader = serde_json::Deserializer::from_str(&exact);
    let read = budget.deserialize(&mut reader);
    if budget.is_exceeded {
        return Ok(None);
    }
    let value = read?;
    reader.end()?;
    Ok(Some(value))
}

/// Bytes of a list item: a growing list has room for twice its items.
const ITEM: usize = 2 * size_of::<Value>();

/// Bytes of an object field without its name. Some nodes of the tree are half full.
const FIELD: usize = 2 * (size_of::<String>() + size_of::<Value>());

/// Bytes of the first node of an object's tree, which has room for eleven fields.
const OBJECT: usize = 12 * (size_of::<String>() + size_of::<Value>());

/// Overhead of an allocation in bytes.
const ALLOCATION: usize = 16;

/// Memory budget of a value, and its visitor.
struct MemoryBudget {
    left: usize,
    is_exceeded: bool,
}

impl MemoryBudget {
    fn take<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.is_exceeded = true;
                Err(E::custom("too much memory"))
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut MemoryBudget {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut MemoryBudget {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.take(ALLOCATION.saturating_add(value.len()))?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        self.take(ALLOCATION)?;
        while let Some(item) = items.next_element_seed(&mut *self)? {
            self.take(ITEM)?;
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let node = if object.is_empty() { OBJECT } else { 0 };
            self.take(node + FIELD + ALLOCATION + name.len())?;
            object.insert(name, fields.next_value_seed(&mut *self)?);
        }
        Ok(Value::Object(object))
    }
}

/// Returns the text with each integer of more than 64 bits as a string.
fn quoted(text: &str) -> serde_json::Result<Cow<'_, str>> {
    let exact = quote_large_integers(text);
    if let Cow::Owned(_) = exact {
        // A misplaced number, such as a field name, must remain an error.
        serde_json::from_str::<IgnoredAny>(text)?;
    }
    Ok(exact)
}

/// Replaces each integer of more than 64 bits by a string.
fn quote_large_integers(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut exact = String::new();
    let (mut at, mut copied) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at = match byte {
            b'"' => end_of_string(bytes, start),
            b'-' | b'0'..=b'9' => end_of_number(bytes, start),
            _ => start + 1,
        };
        // A cut multi-byte character is not part of a number.
        let Some(written) = text.get(start..at).and_then(large_integer) else {
            continue;
        };
        exact.push_str(&text[copied..start]);
        exact.extend(["\"", &written, "\""]);
        copied = at;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    exact.push_str(&text[copied..]);
    Cow::Owned(exact)
}

/// Returns the end of the string that starts at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    bytes.len()
}

fn end_of_number(bytes: &[u8], start: usize) -> usize {
    let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    start + bytes[start..].iter().take_while(is_part).count()
}

/// Returns the string form of an integer of 65 to 256 bits; `None` for any other text.
fn large_integer(text: &str) -> Option<String> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    // 18 digits are less than 64 bits.
    let is_long = digits.len() > 18 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_long || text.parse::<u64>().is_ok() || text.parse::<i64>().is_ok() {
        return None;
    }
    let magnitude = U256::from_str_radix(digits, 10).ok()?;
    Some(match is_negative {
        true => text.to_owned(),
        false => format!("{magnitude:#x}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// https://github.com/erpc/erpc/issues/851
    #[test]
    fn integers_keep_their_value() {
        let read = |text| parse_exact(text).ok();
        assert_eq!(
            read("9007199254740993"),
            Some(json!(9_007_199_254_740_993_u64))
        );
        assert_eq!(read("18446744073709551615"), Some(json!(u64::MAX)));
        assert_eq!(read("-9223372036854775808"), Some(json!(i64::MIN)));
        assert_eq!(
            read("18446744073709551616"),
            Some(json!("0x10000000000000000"))
        );
        assert_eq!(
            read("-9223372036854775809"),
            Some(json!("-9223372036854775809"))
        );
        let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        assert_eq!(read(most), Some(json!(format!("0x{}", "f".repeat(64)))));
        assert_eq!(
            read(r#" {"a":[1,{"b" : 20000000000000000000 }],"c":30000000000000000000}"#),
            Some(json!({"a": [1, {"b": "0x1158e460913d00000"}], "c": "0x1a055690d9db80000"})),
        );
    }

    #[test]
    fn what_is_no_integer_of_256_bits_stays_a_float() {
        let above = format!("1{}", "0".repeat(78));
        for text in [&above, "1e18", "100000000000000000000.5", "1E+21", "-1.5"] {
            assert!(
                parse_exact(text).is_ok_and(|value| value.is_f64()),
                "{text}"
            );
        }
    }

    #[test]
    fn strings_are_left_alone() {
        let text =
            r#"["20000000000000000000", "\"20000000000000000000", "\\", 20000000000000000000]"#;
        assert_eq!(
            parse_exact(text).ok(),
            Some(json!([
                "20000000000000000000",
                "\"20000000000000000000",
                "\\",
                "0x1158e460913d00000"
            ])),
        );
    }

    #[test]
    fn a_value_that_takes_too_much_memory_is_not_read() {
        let read = |text: &str, bytes| parse_exact_within(text, bytes).ok();
        let texts = [
            r#"[null, true, -1, 2.5, "six", 20000000000000000000, {"a": {"b": []}}]"#,
            "null",
            " 7 ",
        ];
        for text in texts {
            assert_eq!(read(text, 10_000), Some(parse_exact(text).ok()), "{text}");
        }
        // 16 bytes for the list, and two times those of a value for each item.
        let bytes = 16 + 1_000 * ITEM;
        let items = format!("[{}0]", "0,".repeat(999));
        assert!(matches!(read(&items, bytes), Some(Some(_))));
        assert_eq!(read(&items, bytes - 1), Some(None));
        // Short text can mean much.
        let objects = format!("[{}0]", r#"{"":0},"#.repeat(100_000));
        assert_eq!(read(&objects, 64 << 20), Some(None));
        assert_eq!(read(&format!("\"{}\"", "x".repeat(100)), 115), Some(None));
        for text in ["[1", "[1]]", "{\"a\"}", ""] {
            assert_eq!(read(text, 10_000), None, "{text}");
        }
    }

    #[test]
    fn values_are_nested_at_most_128_deep() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(matches!(
            parse_exact_within(&nested(127), 1 << 20),
            Ok(Some(_))
        ));
        assert!(parse_exact_within(&nested(128), 1 << 20).is_err());
        assert!(parse_exact_within(&nested(1_000_000), 64 << 20).is_err());
    }

    #[test]
    fn what_is_not_json_stays_an_error() {
        for text in [
            "{20000000000000000000:1}",
            "[020000000000000000000]",
            "[1 20000000000000000000]",
            "20000000000000000000\"",
            "\"20000000000000000000",
            "\"\\",
            "[-]",
            "\u{e9}20000000000000000000",
            "--20000000000000000000",
        ] {
            assert!(parse_exact(text).is_err(), "{text}");
        }
    }
}
