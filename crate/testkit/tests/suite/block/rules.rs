//! Blocks under rules of the caller's.

use alloy_primitives::{Address, Bytes, U256};
use parevm::{
    Block, BlockOutcome, Engine, ExecuteOptions, Executor, MemoryState,
    state::Account,
    vm::{Bytecode, Environment, PrecompileFailure, Returned},
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
    let parallel = execute(Executor::Optimistic, &block, &state);
    let sequential = execute(Executor::Sequential, &block, &state);
    assert_eq!(difference(&parallel, &sequential), None);
    assert_eq!(parallel.report.executor, Executor::Optimistic);
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

/// Counts its calls in slot 0, calls [`OWN`] with more gas each time, and keeps what that returns.
fn counter() -> Bytecode {
    let call = [0x60, 32, 0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x73];
    let code = [
        &[0x60, 0, 0x54][..],                        // SLOAD(0)
        &[0x80, 0x60, 1, 0x01, 0x60, 0, 0x55],       // SSTORE(0, count + 1)
        &call,                                       // 32 bytes of output to 0
        OWN.as_slice(),                              // callee
        &[0x86, 0x61, 0x27, 0x10, 0x01, 0xf1, 0x50], // CALL with 10,000 + count gas
        &[0x60, 0, 0x51, 0x90, 0x60, 1, 0x01, 0x55], // SSTORE(count + 1, output)
    ];
    Bytecode::new_legacy(code.concat().into())
}

#[test]
fn a_precompile_may_return_what_its_gas_limit_says() {
    let callee = Address::repeat_byte(0xcc);
    let (mut block, mut state) = workload::transfers(60);
    let code_hash = state.insert_code(counter());
    let account = Account {
        nonce: 1,
        code_hash,
        ..Account::default()
    };
    state.insert_account(callee, account);
    for transaction in &mut block.transactions {
        transaction.env.kind = callee.into();
        transaction.env.value = U256::ZERO;
        transaction.env.gas_limit = 200_000;
    }
    let limit = |_: &[u8], gas_limit: u64| {
        let output = U256::from(gas_limit).to_be_bytes_vec().into();
        Ok(Returned {
            gas_used: 4_000,
            output,
        })
    };
    let environment = Environment::new(&block).with_precompile(OWN, limit);
    let run = |executor| {
        let options = ExecuteOptions {
            executor,
            ..Default::default()
        };
        let engine = Engine::new(4).unwrap();
        engine
            .execute_with(&block, &environment, &state, &options)
            .unwrap()
    };
    let sequential = run(Executor::Sequential);
    let kept = &sequential.state_diff.accounts[&callee].slots;
    assert_eq!(kept[&U256::from(60)], U256::from(10_059));
    for _ in 0..20 {
        assert_eq!(difference(&run(Executor::Optimistic), &sequential), None);
    }
}

#[test]
fn a_block_whose_balances_are_not_checked_runs_in_order() {
    let (block, state) = workload::transfers(50);
    let mut environment = Environment::new(&block);
    environment.cfg.disable_balance_check = true;
    let options = ExecuteOptions {
        executor: Executor::Optimistic,
        ..Default::default()
    };
    let engine = Engine::new(4).unwrap();
    let outcome = engine
        .execute_with(&block, &environment, &state, &options)
        .unwrap();
    assert_eq!(outcome.report.executor, Executor::Sequential);
    assert_eq!(outcome.report.reason, "balances are not checked");
}
