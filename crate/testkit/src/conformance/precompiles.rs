//! The suite `precompiles`: vectors of precompiles, and of opcodes that take two words.
//!
//! The vectors of a file are the transactions of one block. Each calls a contract that asks and logs
//! what came back, so what is tested is the engine: its executors, and its memory of what precompiles
//! returned. Every fork is tried whose rules and gas the vectors have.

mod contract;
mod failure;
mod topic;
mod vector;

use super::{Outcome, Setup, Verdict, exception::in_words};
use crate::workload::{block, call_with, deploy, fund, numbered, user};
use alloy_primitives::{Log, U256};
use parevm::{
    ExecuteOptions, Executor, MemoryState,
    execute::AccessListOutput,
    vm::{Environment, SpecId},
};
use std::cell::OnceCell;
use topic::Topic;
use vector::Vector;

/// Runs the vectors of one file, whose name says what they are about.
pub(super) fn run(file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
    let name = file.rsplit('/').next().unwrap_or(file);
    let name = name.trim_end_matches(".gz").trim_end_matches(".json");
    let Some(topic) = Topic::of(name) else {
        let reason = "no precompile and no opcode is called so";
        return report(Verdict::broken(file, reason));
    };
    let mut vectors = match vector::read(name, text) {
        Ok(vectors) => vectors,
        Err(error) => return report(Verdict::broken(file, error)),
    };
    vectors.retain(|vector| setup.only.is_none_or(|only| only == vector.name));
    // One block for all of them, run when the first verdict is asked for.
    let complaints = OnceCell::new();
    for (index, vector) in vectors.iter().enumerate() {
        setup.case(&vector.name, report, || {
            let complaints = complaints.get_or_init(|| complaints_of(topic, &vectors, setup));
            match &complaints[index] {
                None => Outcome::Passed,
                Some(complaint) => Outcome::Failed(complaint.clone()),
            }
        });
    }
}

/// The first complaint about each vector, under any fork and with any executor.
fn complaints_of(topic: &Topic, vectors: &[Vector], setup: &Setup<'_>) -> Vec<Option<String>> {
    let mut complaints = vec![None; vectors.len()];
    for spec in topic.forks() {
        for executor in setup.executors {
            let answers = ask(topic, vectors, spec, *executor, setup);
            for (index, (vector, complaint)) in vectors.iter().zip(&mut complaints).enumerate() {
                let found = match &answers {
                    Ok(logs) => vector.check(&logs[index], topic, spec),
                    Err(difference) => Err(difference.clone()),
                };
                if let (None, Err(difference)) = (&complaint, found) {
                    *complaint = Some(format!("{spec}, {executor}: {difference}"));
                }
            }
        }
    }
    complaints
}

/// What the transaction of each vector logs.
///
/// # Errors
///
/// Why there is no block of them, in words.
fn ask(
    topic: &Topic,
    vectors: &[Vector],
    spec: SpecId,
    executor: Executor,
    setup: &Setup<'_>,
) -> Result<Vec<Log>, String> {
    let asker = numbered(0xd0, 0);
    let mut state = MemoryState::default();
    deploy(&mut state, asker, topic.contract());
    let mut transactions = Vec::with_capacity(vectors.len());
    for (index, vector) in (0..).zip(vectors) {
        fund(&mut state, user(index));
        let (gas_limit, data) = (vector.gas_limit(), vector.data());
        transactions.push(call_with(user(index), asker, gas_limit, data));
    }
    let block = block(spec, transactions);
    let mut environment = Environment::new(&block);
    // Some vectors cost more than a transaction may use from Osaka on (EIP-7825).
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
    // The contract counts its calls, so every transaction depends on the one before.
    let change = outcome.state_diff.accounts.get(&asker);
    let counted = change.and_then(|change| change.slots.get(&U256::ZERO));
    if counted != Some(&U256::from(vectors.len())) {
        let calls = vectors.len();
        return Err(format!("{calls} calls were made, {counted:?} were counted"));
    }
    let logs = outcome.receipts.into_iter();
    let logs = logs.map(|receipt| receipt.logs.into_iter().next().unwrap_or_default());
    Ok(logs.collect())
}
