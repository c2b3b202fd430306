//! Suite `made`: random blocks of a seed, and the digest of each outcome.
//!
//! A file is `{ "<seed>": "<digest>", ... }`, the output of `parevm-cli fuzz --digest`. The suite compares the wasm
//! builds with the native one.

use super::{CaseOutcome, Setup, Verdict};
use crate::fuzz::{digest, generate};
use alloy_primitives::B256;
use parevm::{ExecuteOptions, execute::AccessListOutput};
use std::collections::BTreeMap;

/// Runs the blocks of one file.
pub(super) fn run(file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
    let digests: BTreeMap<u64, B256> = match serde_json::from_slice(text) {
        Ok(digests) => digests,
        Err(error) => return report(Verdict::broken(file, error.to_string())),
    };
    for (seed, expected) in digests {
        let name = format!("{file}: {seed}");
        setup.case(&name, report, || {
            CaseOutcome::from(check(seed, expected, setup))
        });
    }
}

fn check(seed: u64, expected: B256, setup: &Setup<'_>) -> Result<(), String> {
    let case = generate(seed);
    setup.with_each_executor(|executor| {
        let options = ExecuteOptions {
            executor,
            access_list_output: AccessListOutput::Returned,
            ..Default::default()
        };
        let outcome = setup.engine.execute(&case.block, &*case.state, &options);
        let outcome = outcome.map_err(|error| format!("{error:?}"))?;
        let found = digest(&outcome);
        if found == expected {
            return Ok(());
        }
        let gas = outcome.gas_used;
        Err(format!(
            "expected digest {expected}, got {found}; {gas} gas used"
        ))
    })
}
