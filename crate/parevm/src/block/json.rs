//! Decoder of the JSON text of a block, with the path of the value in its errors.

use super::BlockError;
use serde::Deserialize;
use serde_json::error::Category;

/// Decodes `text`.
pub(crate) fn parse<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, BlockError> {
    serde_json::from_slice(text).map_err(|source| match source.classify() {
        Category::Eof => BlockError::Truncated(source),
        Category::Syntax | Category::Io => BlockError::Json(source),
        Category::Data => BlockError::Value {
            path: path_at(text, source.line(), source.column()),
            source,
        },
    })
}

/// Position in an object that is open, or a list.
enum Place {
    /// Key, once it is read.
    Key(Option<String>),
    Index(usize),
}

/// Returns the path of the innermost value around the last byte that the decoder has read, by the position in its
/// error. Until there, `text` is JSON.
fn path_at(text: &[u8], line: usize, column: usize) -> String {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let mut left = text.get(..before + column).unwrap_or(text).iter();
    let mut open = Vec::new();
    while let Some(byte) = left.next() {
        match (byte, open.last_mut()) {
            (b'{', _) => open.push(Place::Key(None)),
            (b'[', _) => open.push(Place::Index(0)),
            (b'}' | b']', _) => drop(open.pop()),
            (b',', Some(Place::Key(key))) => *key = None,
            (b',', Some(Place::Index(index))) => *index += 1,
            (b'"', place) => {
                let text = take_string(&mut left);
                if let Some(Place::Key(key @ None)) = place {
                    *key = Some(text);
                }
            }
            _ => {}
        }
    }
    open.iter().fold(String::new(), |path, place| match place {
        Place::Index(index) => format!("{path}[{index}]"),
        Place::Key(Some(key)) if path.is_empty() => key.clone(),
        Place::Key(Some(key)) => format!("{path}.{key}"),
        Place::Key(None) => path,
    })
}

/// Takes the bytes of a string and the quote that ends it. Escapes are not decoded: no key of a block has any.
fn take_string<'t>(left: &mut impl Iterator<Item = &'t u8>) -> String {
    let mut bytes = Vec::new();
    while let Some(byte) = left.next() {
        match byte {
            b'"' => break,
            b'\\' => bytes.extend([Some(byte), left.next()].into_iter().flatten()),
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test may fail")]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeMap;

    fn path<'t, T: Deserialize<'t>>(text: &'t str) -> String {
        match parse::<T>(text.as_bytes()).map(|_| ()) {
            Err(BlockError::Value { path, .. }) => path,
            other => panic!("{other:?} is no error of a value"),
        }
    }

    #[derive(Deserialize)]
    struct Document {
        #[serde(rename = "pool")]
        _pool: BTreeMap<String, Vec<u8>>,
    }

    #[test]
    fn a_path_leads_to_the_value_that_has_the_wrong_type() {
        let text = r#"{ "name": "a, [\"b", "pool": { "x": [1], "y": [1, 2, "3"] } }"#;
        assert_eq!(path::<Document>(text), "pool.y[2]");
        assert_eq!(
            path::<Document>("{\n \"pool\": {\n  \"x\": null\n }\n}"),
            "pool.x"
        );
    }

    #[test]
    fn a_missing_field_has_the_path_of_its_object() {
        assert_eq!(
            path::<Vec<Document>>(r#"[{ "pool": {} }, { "pond": {} }]"#),
            "[1]"
        );
    }

    #[test]
    fn a_wrong_key_is_the_end_of_its_path() {
        let text = r#"{ "a": { "0x0000000000000000000000000000000000000007": 0, "0x8": 1 } }"#;
        type Accounts = BTreeMap<alloy_primitives::Address, Value>;
        assert_eq!(path::<BTreeMap<String, Accounts>>(text), "a.0x8");
    }
}
