//! Blocks under rules of the caller's.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use alloy_primitives::{Address, Bytes, U256};
use parevm::{
    Block, BlockOutcome, Engine, ExecuteOptions, Executor, MemoryState,
    vm::{Environment, PrecompileFailure, Returned},
};
use parevm_testkit::{compare::difference, workload};

const OWN: Address = Address::repeat_byte(0xdd);

/// Calls of a precompile, the input of each its own number.
fn calls() -> (Block, MemoryState) {
    let (mut block, state) = workload::transfers(60);
    for (index, transaction) in block.transactions.iter_mut().enumerate() {
        transaction.env.kind = OWN.into();
        transaction.env.value = U256::ZERO;
        transaction.env.gas_limit = 50_000;
        transaction.env.data = Bytes::from(vec![index as u8]);
    }
    (block, state)
}

/// Succeeds, reverts, runs out of gas, refuses, or lies about its gas, by the number it is given.
fn moody(input: &[u8], gas_limit: u64) -> Result<Returned, PrecompileFailure> {
    let returned = |gas_used| Returned {
        gas_used,
        output: Bytes::copy_from_slice(input),
    };
    match input[0] % 5 {
        0 => Ok(returned(100)),
        1 => Err(PrecompileFailure::Revert(returned(200))),
        2 => Err(PrecompileFailure::OutOfGas),
        3 => Err(PrecompileFailure::Invalid("not this one".into())),
        _ => Ok(returned(gas_limit + 1)),
    }
}

fn execute(executor: Executor, block: &Block, state: &MemoryState) -> BlockOutcome {
    let environment = Environment::new(block).with_precompile(OWN, moody);
    let options = ExecuteOptions {
        executor,
        ..Default::default()
    };
    let engine = Engine::new(4).unwrap();
    engine
        .execute_with(block, &environment, state, &options)
        .unwrap()
}

#[test]
fn a_precompile_of_the_callers_runs_on_every_executor() {
    let (block, state) = calls();
    let parallel = execute(Executor::Parallel, &block, &state);
    let sequential = execute(Executor::Sequential, &block, &state);
    assert_eq!(difference(&parallel, &sequential), None);
    assert_eq!(parallel.schedule.executor, Executor::Parallel);
    let told: Vec<_> = parallel.receipts[5..10]
        .iter()
        .map(|receipt| (receipt.success, receipt.gas_used))
        .collect();
    // A transaction with one byte of data that is not zero costs 21016 gas.
    let expected = [
        (true, 21_116),
        (false, 21_216),
        (false, 50_000),
        (false, 50_000),
        (false, 50_000),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_block_whose_balances_are_not_checked_runs_in_order() {
    let (block, state) = workload::transfers(50);
    let mut environment = Environment::new(&block);
    environment.cfg.disable_balance_check = true;
    let options = ExecuteOptions {
        executor: Executor::Parallel,
        ..Default::default()
    };
    let engine = Engine::new(4).unwrap();
    let outcome = engine
        .execute_with(&block, &environment, &state, &options)
        .unwrap();
    assert_eq!(outcome.schedule.executor, Executor::Sequential);
    assert_eq!(outcome.schedule.reason, "balances are not checked");
}
