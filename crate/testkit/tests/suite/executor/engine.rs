//! The door: progress, cancelling, steps.

use alloy_primitives::U256;
use parevm::{
    Engine, ExecuteError, ExecuteOptions, Executor,
    execute::{Sequential, finish},
    vm::Environment,
};
use parevm_testkit::{compare::difference, workload};
use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

const EXECUTORS: [Executor; 2] = [Executor::Sequential, Executor::Optimistic];

#[test]
fn progress_grows_to_the_number_of_transactions() {
    let engine = Engine::new(2).unwrap();
    let (block, state) = workload::transfers(50);
    for executor in EXECUTORS {
        let told = Mutex::new(Vec::new());
        let options = ExecuteOptions {
            executor,
            progress: Some(&|settled| told.lock().unwrap().push(settled)),
            ..Default::default()
        };
        engine.execute(&block, &state, &options).unwrap();
        let told = told.into_inner().unwrap();
        assert_eq!(told.iter().max(), Some(&50), "{executor}: {told:?}");
    }
}

#[test]
fn a_set_flag_cancels_before_the_first_transaction() {
    let engine = Engine::new(2).unwrap();
    let (block, state) = workload::transfers(50);
    let cancel = AtomicBool::new(true);
    for executor in EXECUTORS {
        let options = ExecuteOptions {
            executor,
            cancel: Some(&cancel),
            ..Default::default()
        };
        let error = engine.execute(&block, &state, &options).unwrap_err();
        assert!(
            matches!(error, ExecuteError::Cancelled { committed: 0..50 }),
            "{executor}: {error:?}"
        );
    }
    // The engine goes on.
    let outcome = engine
        .execute(&block, &state, &ExecuteOptions::default())
        .unwrap();
    assert_eq!(outcome.gas_used, 1_050_000);
}

#[test]
fn a_flag_set_while_running_cancels() {
    let engine = Engine::new(2).unwrap();
    let (block, state) = workload::one_sender(2_000);
    for executor in EXECUTORS {
        let cancel = AtomicBool::new(false);
        let options = ExecuteOptions {
            executor,
            cancel: Some(&cancel),
            progress: Some(&|settled| cancel.store(settled >= 10, Ordering::Relaxed)),
            ..Default::default()
        };
        let error = engine.execute(&block, &state, &options).unwrap_err();
        assert!(
            matches!(
                error,
                ExecuteError::Cancelled {
                    committed: 10..2_000
                }
            ),
            "{executor}: {error:?}"
        );
    }
}

#[test]
fn steps_give_what_a_whole_run_gives() {
    let (block, state) = workload::one_sender(5);
    let environment = Environment::new(&block);
    let mut run = Sequential::new(&block, &environment, &state, &Default::default()).unwrap();
    let mut steps = 0;
    while run.step().unwrap().is_some() {
        steps += 1;
        assert_eq!(run.committed(), steps);
    }
    assert_eq!(steps, 5);
    let executed = run.finish("steps").unwrap();
    let stepped = finish(&environment, executed).unwrap();
    assert_eq!(stepped.report.executor, Executor::Sequential);
    assert_eq!(stepped.report.reason, "steps");
    assert_eq!(stepped.report.executions, 5);
    let whole = Engine::new(1)
        .unwrap()
        .execute(&block, &state, &ExecuteOptions::default())
        .unwrap();
    assert_eq!(difference(&stepped, &whole), None);
}

#[test]
fn a_run_is_not_finished_before_its_last_step() {
    let (block, state) = workload::transfers(2);
    let environment = Environment::new(&block);
    let mut run = Sequential::new(&block, &environment, &state, &Default::default()).unwrap();
    assert!(run.step().unwrap().is_some());
    assert!(matches!(
        run.finish("too early"),
        Err(ExecuteError::Bug { .. })
    ));
}

#[test]
fn the_first_rule_that_breaks_is_the_same_for_every_executor() {
    let engine = Engine::new(4).unwrap();
    let (mut block, state) = workload::transfers(50);
    // Wrong in two ways: more gas than the block has left, and more than its sender can pay.
    block.header.gas_limit = 50 * 21_000;
    block.transactions[40].env.gas_limit = 1_000_000;
    block.transactions[40].env.value = U256::MAX;
    for executor in EXECUTORS {
        let options = ExecuteOptions {
            executor,
            ..Default::default()
        };
        let error = engine.execute(&block, &state, &options).unwrap_err();
        assert!(
            matches!(
                error,
                ExecuteError::BlockGasExceeded {
                    index: 40,
                    gas_limit: 1_000_000,
                    available: 210_000
                }
            ),
            "{executor}: {error:?}"
        );
    }
}
