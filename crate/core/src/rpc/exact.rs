//! JSON whose integers keep their value.

use alloy_primitives::U256;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::borrow::Cow;

/// Parses JSON without rounding: an integer of more than 64 bits becomes a string.
///
/// `serde_json` reads such an integer as a float. Here it becomes what JSON-RPC writes for it, a quantity in
/// hexadecimal, or decimal digits with a sign where it is negative: 20000000000000000000 is read as
/// `"0x1158e460913d00000"`. An integer of more than 256 bits, a fraction and an exponent stay floats, which no
/// quantity is read from. The feature `arbitrary_precision` of `serde_json` is no way out: it breaks
/// untagged enums.
///
/// # Errors
///
/// As [`serde_json::from_str`].
///
/// # Example
///
/// ```
/// use parevm::rpc::parse_exact;
///
/// let wei = parse_exact("20000000000000000000")?;
/// assert_eq!(wei, "0x1158e460913d00000");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn parse_exact(text: &str) -> serde_json::Result<Value> {
    let exact = quote_large_integers(text);
    if let Cow::Owned(_) = exact {
        // A number where none may stand, such as for the name of a field, must not become a string there.
        serde_json::from_str::<IgnoredAny>(text)?;
    }
    serde_json::from_str(&exact)
}

/// Puts a string in the place of each integer of more than 64 bits.
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
        // Where a character of several bytes is cut, there is no number.
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

/// Returns where the string ends that begins at `start`.
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

/// Returns how an integer of 65 to 256 bits is written as a string; `None` for any other text.
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
