//! A file of requests and the responses to them.

use serde_json::Value;

/// Requests and responses in turn.
#[derive(Debug, Default)]
pub(super) struct Dialogue {
    pub(super) exchanges: Vec<Exchange>,
    /// What the responses say does not matter, only how.
    pub(super) binds_schema_only: bool,
}

/// A request and the response to it.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) request: Value,
    pub(super) response: Value,
}

impl Dialogue {
    /// Reads lines that begin with `>>` for a request, `<<` for the response, `//` for a comment.
    ///
    /// # Errors
    ///
    /// The line that is wrong, counted from one.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut dialogue = Self::default();
        let mut asked = None;
        for (index, line) in text.lines().enumerate() {
            let wrong = |what: &str| format!("line {}: {what}", index + 1);
            let json =
                |text: &str| serde_json::from_str(text).map_err(|error| wrong(&error.to_string()));
            if let Some(comment) = line.strip_prefix("//") {
                dialogue.binds_schema_only |= comment.trim_start().starts_with("speconly");
            } else if let Some(request) = line.strip_prefix(">>") {
                if asked.replace(json(request)?).is_some() {
                    return Err(wrong("the request before has no response"));
                }
            } else if let Some(response) = line.strip_prefix("<<") {
                let request = asked.take().ok_or_else(|| wrong("nothing was asked"))?;
                let response = json(response)?;
                dialogue.exchanges.push(Exchange { request, response });
            } else if !line.trim().is_empty() {
                return Err(wrong("is no request, response or comment"));
            }
        }
        if asked.is_some() || dialogue.exchanges.is_empty() {
            return Err("a request has no response".to_owned());
        }
        Ok(dialogue)
    }
}
