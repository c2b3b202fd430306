//! Fixture files: a JSON object of cases by name.

use super::{CaseOutcome, Setup, Verdict};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Runs the cases of a JSON file whose `fixture-format` is `format`, sorted by name.
///
/// A case that cannot be decoded as `T` is one failure, and so is a file that is no object of cases. A case of another format
/// is skipped.
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

/// Check of a case. Arguments: the name of the case, and the case.
pub type Check<'a, T> = &'a dyn Fn(&str, T) -> CaseOutcome;

/// As [`run`], with a verdict for each part of a case. `parts` has the suffix of the case's name and the check; a case that
/// cannot be decoded gets only the verdict of the first part.
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
        let is_decodable = decode::<T>(text).is_ok();
        let parts = if is_decodable { parts } else { &parts[..1] };
        for (part, check) in parts {
            setup.case(&format!("{name}{part}"), report, || match decode(text) {
                Ok(case) => check(&name, case),
                Err(error) => match format_of(text) {
                    Some(other) if other != format => {
                        CaseOutcome::Skipped(format!("is a {other}, not a {format}"))
                    }
                    _ => CaseOutcome::Failed(error),
                },
            });
        }
    }
}

/// Decodes a value.
///
/// # Errors
///
/// The path of the wrong field, and the reason.
pub fn decode<T: DeserializeOwned>(text: &RawValue) -> Result<T, String> {
    let mut decoder = serde_json::Deserializer::from_str(text.get());
    serde_path_to_error::deserialize(&mut decoder)
        .map_err(|error| format!("{}: {}", error.path(), error.inner()))
}

/// Returns the format of a case.
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
