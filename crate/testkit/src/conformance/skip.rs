//! Cases that are not run, each with its reason.

use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Skips {
    #[serde(default)]
    skip: Vec<Skip>,
}

/// Cases of one name and one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// How the names of the cases begin.
    pub case: String,
    /// A parameter that their names have as well.
    #[serde(default)]
    pub with: String,
    /// Why they are not run.
    pub reason: String,
}

const TEXT: &str = include_str!("../../skip.toml");

/// A test reads the text, so it does not fail here.
static SKIPS: LazyLock<Vec<Skip>> = LazyLock::new(|| read().unwrap_or_default());

/// All of them, as they stand in `skip.toml`.
///
/// # Errors
///
/// When the file is not what it has to be.
pub fn read() -> Result<Vec<Skip>, toml::de::Error> {
    Ok(toml::from_str::<Skips>(TEXT)?.skip)
}

/// Why the case called `name` is not run; `None` where it is.
pub(super) fn reason(name: &str) -> Option<&'static str> {
    let found = SKIPS.iter().find(|skip| {
        let rest = name.strip_prefix(skip.case.as_str());
        rest.is_some_and(|rest| rest.contains(skip.with.as_str()))
    })?;
    Some(&found.reason)
}
