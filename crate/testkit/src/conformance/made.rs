//! The suite `made`: random blocks of a seed, and the hash of what each must leave.
//!
//! One file holds `{ "<seed>": "<hash>", ... }`, as `parevm-cli fuzz --digest` prints it. So the wasm
//! builds are held against the native one.

use super::{Outcome, Setup, Verdict};
use crate::fuzz::{digest, made};
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
            Outcome::from(check(seed, expected, setup))
        });
    }
}

fn check(seed: u64, expected: B256, setup: &Setup<'_>) -> Result<(), String> {
    let case = made(seed);
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
