//! File of requests and responses.

use serde_json::Value;

/// Requests with their responses.
#[derive(Debug, Default)]
pub(super) struct Dialogue {
    pub(super) exchanges: Vec<Exchange>,
    /// Whether only the schema of a response counts, and not its content.
    pub(super) binds_schema_only: bool,
}

/// Request with its response.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) request: Value,
    pub(super) response: Value,
}

impl Dialogue {
    /// Decodes lines: `>>` begins a request, `<<` a response, `//` a comment.
    ///
    /// # Errors
    ///
    /// The first wrong line, counted from one.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut dialogue = Self::default();
        let mut pending = None;
        for (index, line) in text.lines().enumerate() {
            let wrong = |what: &str| format!("line {}: {what}", index + 1);
            let json =
                |text: &str| serde_json::from_str(text).map_err(|error| wrong(&error.to_string()));
            if let Some(comment) = line.strip_prefix("//") {
                dialogue.binds_schema_only |= comment.trim_start().starts_with("speconly");
            } else if let Some(request) = line.strip_prefix(">>") {
                if pending.replace(json(request)?).is_some() {
                    return Err(wrong("the previous request has no response"));
                }
            } else if let Some(response) = line.strip_prefix("<<") {
                let request = pending
                    .take()
                    .ok_or_else(|| wrong("the response has no request"))?;
                let response = json(response)?;
                dialogue.exchanges.push(Exchange { request, response });
            } else if !line.trim().is_empty() {
                return Err(wrong("expected a request, a response or a comment"));
            }
        }
        if pending.is_some() || dialogue.exchanges.is_empty() {
            return Err("a request has no response".to_owned());
        }
        Ok(dialogue)
    }
}
