//! Decoder of JSON text, with the path of the value in its errors.

use super::BlockError;
use serde::Deserialize;
use serde_json::error::Category;

/// Decodes `text`.
pub(crate) fn parse<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, BlockError> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let source = error.into_inner();
        match source.classify() {
            Category::Eof => BlockError::Truncated(source),
            Category::Syntax | Category::Io => BlockError::Json(source),
            Category::Data => BlockError::Value { path, source },
        }
    })?;
    deserializer.end().map_err(BlockError::Json)?;
    Ok(value)
}
