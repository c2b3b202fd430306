//! Differences of JSON values and causes of errors, in words.

use serde_json::Value;

/// Compares two JSON values. The error is the first difference, with its path.
pub(super) fn compare(path: &str, expected: &Value, found: &Value) -> Result<(), String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (field, expected) in expected {
                let path = format!("{path}.{field}");
                match found.get(field) {
                    Some(found) => compare(&path, expected, found)?,
                    None => return Err(format!("{path}: expected {expected}, not found")),
                }
            }
            match found
                .iter()
                .find(|(field, _)| !expected.contains_key(*field))
            {
                Some((field, found)) => Err(format!("{path}.{field}: not expected, found {found}")),
                None => Ok(()),
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            let pairs = expected.iter().zip(found).enumerate();
            for (index, (expected, found)) in pairs {
                compare(&format!("{path}[{index}]"), expected, found)?;
            }
            Ok(())
        }
        _ if expected == found => Ok(()),
        _ => Err(format!("{path}: expected {expected}, found {found}")),
    }
}

/// Returns the error with its causes.
pub(super) fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
