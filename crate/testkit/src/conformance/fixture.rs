//! A file of fixtures: one JSON object with a case at each name.

use super::{Outcome, Setup, Verdict};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Runs the cases of a JSON file whose `fixture-format` is `format`, in the order of their names.
///
/// A case that cannot be decoded as `T` fails alone, and so does the file where it is no object of
/// cases. A case that says it has another format is skipped.
pub fn run<T: DeserializeOwned>(
    file: &str,
    text: &[u8],
    format: &str,
    setup: &Setup<'_>,
    report: &mut dyn FnMut(Verdict),
    mut check: impl FnMut(T) -> Result<(), String>,
) {
    let cases: BTreeMap<String, &RawValue> = match serde_json::from_slice(text) {
        Ok(cases) => cases,
        Err(error) => {
            report(Verdict::broken(file, format!("no fixture file: {error}")));
            return;
        }
    };
    if cases.is_empty() {
        report(Verdict::broken(file, "holds no case"));
    }
    for (name, text) in cases {
        setup.case(&name, report, || match decode(text) {
            Ok(case) => check(case).into(),
            Err(error) => match format_of(text) {
                Some(other) if other != format => {
                    Outcome::Skipped(format!("is a {other}, not a {format}"))
                }
                _ => Outcome::Failed(error),
            },
        });
    }
}

/// The value, or which field is wrong and how.
///
/// # Errors
///
/// The field and the reason.
pub fn decode<T: DeserializeOwned>(text: &RawValue) -> Result<T, String> {
    let mut decoder = serde_json::Deserializer::from_str(text.get());
    serde_path_to_error::deserialize(&mut decoder)
        .map_err(|error| format!("{}: {}", error.path(), error.inner()))
}

/// What a case says it is.
fn format_of(text: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Case {
        #[serde(rename = "_info")]
        info: Info,
    }
    #[derive(Deserialize)]
    struct Info {
        #[serde(rename = "fixture-format")]
        format: String,
    }
    let case: Case = serde_json::from_str(text.get()).ok()?;
    Some(case.info.format)
}
