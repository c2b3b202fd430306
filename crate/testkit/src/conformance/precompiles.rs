//! Suite `precompiles`: vectors of precompiles, and of opcodes with two operands.
//!
//! The vectors of a file are the transactions of one block. Each calls a contract that calls the precompile and logs the
//! result. So the suite tests the engine: its executors, and its cache of precompile results. A vector runs in every fork
//! whose rules and gas costs it has.

mod contract;
mod failure;
mod tested_operation;
mod vector;

use super::{CaseOutcome, Setup, Verdict, exception::in_words};
use crate::workload::{block, call_with, deploy, fund, numbered, user};
use alloy_primitives::{Log, U256};
use parevm::{
    ExecuteOptions, Executor, MemoryState,
    execute::AccessListOutput,
    vm::{Environment, SpecId},
};
use std::cell::OnceCell;
use tested_operation::TestedOperation;
use vector::Vector;

/// Runs the vectors of one file. The name of the file determines the tested operation.
pub(super) fn run(file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
    let name = file.rsplit('/').next().unwrap_or(file);
    let name = name.trim_end_matches(".gz").trim_end_matches(".json");
    let Some(operation) = TestedOperation::of(name) else {
        let reason = "no precompile or opcode has this name";
        return report(Verdict::broken(file, reason));
    };
    let mut vectors = match vector::read(name, text) {
        Ok(vectors) => vectors,
        Err(error) => return report(Verdict::broken(file, error)),
    };
    vectors.retain(|vector| setup.only.is_none_or(|only| only == vector.name));
    // One block for all vectors, executed for the first verdict.
    let differences = OnceCell::new();
    for (index, vector) in vectors.iter().enumerate() {
        setup.case(&vector.name, report, || {
            let differences =
                differences.get_or_init(|| first_differences(operation, &vectors, setup));
            match &differences[index] {
                None => CaseOutcome::Passed,
                Some(difference) => CaseOutcome::Failed(difference.clone()),
            }
        });
    }
}

/// Returns the first difference of each vector, over all forks and executors.
fn first_differences(
    operation: &TestedOperation,
    vectors: &[Vector],
    setup: &Setup<'_>,
) -> Vec<Option<String>> {
    let mut differences = vec![None; vectors.len()];
    for spec in operation.forks() {
        for executor in setup.executors {
            let logs = execute_vectors(operation, vectors, spec, *executor, setup);
            for (index, (vector, difference)) in vectors.iter().zip(&mut differences).enumerate() {
                let found = match &logs {
                    Ok(logs) => vector.check(&logs[index], operation, spec),
                    Err(error) => Err(error.clone()),
                };
                if let (None, Err(words)) = (&difference, found) {
                    *difference = Some(format!("{spec}, {executor}: {words}"));
                }
            }
        }
    }
    differences
}

/// Executes the vectors as transactions of one block and returns the log of each.
///
/// # Errors
///
/// The error of the block, in words.
fn execute_vectors(
    operation: &TestedOperation,
    vectors: &[Vector],
    spec: SpecId,
    executor: Executor,
    setup: &Setup<'_>,
) -> Result<Vec<Log>, String> {
    let caller = numbered(0xd0, 0);
    let mut state = MemoryState::default();
    deploy(&mut state, caller, operation.contract());
    let mut transactions = Vec::with_capacity(vectors.len());
    for (index, vector) in (0..).zip(vectors) {
        fund(&mut state, user(index));
        let (gas_limit, data) = (vector.gas_limit(), vector.data());
        transactions.push(call_with(user(index), caller, gas_limit, data));
    }
    let block = block(spec, transactions);
    let mut environment = Environment::new(&block);
    // Some vectors exceed the gas limit of a transaction from Osaka on (EIP-7825).
    environment.cfg.tx_gas_limit_cap = Some(u64::MAX);
    let execute = |options: &ExecuteOptions<'_>| {
        let outcome = setup
            .engine
            .execute_with(&block, &environment, &state, options);
        outcome.map_err(|error| in_words(&error))
    };
    let list = match executor {
        Executor::Bal => {
            execute(&ExecuteOptions {
                executor: Executor::Sequential,
                access_list_output: AccessListOutput::Returned,
                ..Default::default()
            })?
            .block_access_list
        }
        _ => None,
    };
    let outcome = execute(&ExecuteOptions {
        executor,
        access_list: list.as_ref(),
        ..Default::default()
    })?;
    // The contract counts its calls, so every transaction depends on the previous one.
    let change = outcome.state_diff.accounts.get(&caller);
    let counted = change.and_then(|change| change.slots.get(&U256::ZERO));
    if counted != Some(&U256::from(vectors.len())) {
        let calls = vectors.len();
        return Err(format!(
            "{calls} calls were executed, {counted:?} were counted"
        ));
    }
    let logs = outcome.receipts.into_iter();
    let logs = logs.map(|receipt| receipt.logs.into_iter().next().unwrap_or_default());
    Ok(logs.collect())
}
