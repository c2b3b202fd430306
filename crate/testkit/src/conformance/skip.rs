//! Cases that are not run, each with its reason.

use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Skips {
    #[serde(default)]
    skip: Vec<Skip>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Skip {
    /// How the names of the cases begin.
    case: String,
    /// A parameter that their names have as well.
    #[serde(default)]
    with: String,
    reason: String,
}

const TEXT: &str = include_str!("../../skip.toml");

/// The test below reads the text, so it does not fail here.
static SKIPS: LazyLock<Skips> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// Why the case called `name` is not run; `None` where it is.
pub(super) fn reason(name: &str) -> Option<&'static str> {
    let found = SKIPS.skip.iter().find(|skip| {
        let rest = name.strip_prefix(skip.case.as_str());
        rest.is_some_and(|rest| rest.contains(skip.with.as_str()))
    })?;
    Some(&found.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_skip_names_a_case_and_a_reason() {
        let skips: Result<Skips, _> = toml::from_str(TEXT);
        let skips = skips
            .map(|skips| skips.skip)
            .map_err(|error| error.to_string());
        let is_named = |skip: &Skip| !skip.case.is_empty() && skip.reason.len() > 20;
        assert!(
            skips.as_ref().is_ok_and(|skips| skips.iter().all(is_named)),
            "{skips:?}"
        );
    }
}
