//! The result of a request.

use super::RpcError;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// The result of a request, as JSON text: who passes it on need not take it apart.
#[derive(Clone, PartialEq, Eq)]
pub struct Json(String);

/// A result as JSON.
pub(crate) fn reply(result: impl Serialize) -> Result<Json, RpcError> {
    match serde_json::to_string(&result) {
        Ok(text) => Ok(Json(text)),
        Err(error) => Err(RpcError::internal(&error)),
    }
}

impl Json {
    /// A text that is JSON.
    pub(crate) const fn of(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// What the text says.
    ///
    /// # Errors
    ///
    /// The result is no `T`, or nested more than 128 deep, as the trace of a deep recursion is.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.0)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
