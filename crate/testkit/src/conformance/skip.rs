//! Skipped cases, each with its reason.

use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Skips {
    #[serde(default)]
    skip: Vec<Skip>,
}

/// Skipped cases with one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// Prefix of the cases' names.
    pub case: String,
    /// Text that the rest of their names contains.
    #[serde(default)]
    pub with: String,
    /// Reason for the skip.
    pub reason: String,
}

const TEXT: &str = include_str!("../../skip.toml");

/// Skips of `skip.toml`. A test decodes the file, so no error is lost.
static SKIPS: LazyLock<Vec<Skip>> = LazyLock::new(|| read().unwrap_or_default());

/// Decodes `skip.toml`.
///
/// # Errors
///
/// The file is malformed.
pub fn read() -> Result<Vec<Skip>, toml::de::Error> {
    Ok(toml::from_str::<Skips>(TEXT)?.skip)
}

/// Returns the reason why the case `name` is skipped; `None` if it is not.
pub(super) fn reason(name: &str) -> Option<&'static str> {
    let found = SKIPS.iter().find(|skip| {
        let rest = name.strip_prefix(skip.case.as_str());
        rest.is_some_and(|rest| rest.contains(skip.with.as_str()))
    })?;
    Some(&found.reason)
}
