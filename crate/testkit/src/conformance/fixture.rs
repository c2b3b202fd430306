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
    check: impl Fn(T) -> Result<(), String>,
) {
    run_parts(
        file,
        text,
        format,
        setup,
        report,
        &[("", &|_, case| check(case).into())],
    );
}

/// A check of a case, which is told the case's name.
pub type Check<'a, T> = &'a dyn Fn(&str, T) -> Outcome;

/// The same, with a verdict for each part of a case. `parts` has what to put after the case's name, and
/// the check; the first part stands for the case where it cannot be decoded.
pub fn run_parts<T: DeserializeOwned>(
    file: &str,
    text: &[u8],
    format: &str,
    setup: &Setup<'_>,
    report: &mut dyn FnMut(Verdict),
    parts: &[(&str, Check<'_, T>)],
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
        let is_whole = decode::<T>(text).is_ok();
        let parts = if is_whole { parts } else { &parts[..1] };
        for (part, check) in parts {
            setup.case(&format!("{name}{part}"), report, || match decode(text) {
                Ok(case) => check(&name, case),
                Err(error) => match format_of(text) {
                    Some(other) if other != format => {
                        Outcome::Skipped(format!("is a {other}, not a {format}"))
                    }
                    _ => Outcome::Failed(error),
                },
            });
        }
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
