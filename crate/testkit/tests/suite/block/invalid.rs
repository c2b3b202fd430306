//! Invalid blocks: every executor returns the same error, and none hangs.

use alloy_primitives::{Address, B256, U256};
use parevm::{
    Block, Engine, ExecuteError, ExecuteOptions, Executor, MemoryState,
    block::ForkSchedule,
    vm::{FORKS, InvalidTransaction, SpecId},
};
use parevm_testkit::workload;
use std::{sync::mpsc, thread, time::Duration};

/// Time limit, far more than any of these blocks takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Returns the error, after checking that it is equal for every executor on every number of threads.
fn rejection(block: &Block, state: &MemoryState) -> ExecuteError {
    let (block, state) = (block.clone(), state.clone());
    let (sender, receiver) = mpsc::channel();
    // A separate thread, so that a hanging execution fails the test.
    thread::spawn(move || {
        let in_order = error(&block, &state, 1, Executor::Sequential);
        for threads in [1, 2, 3, 4, 8] {
            for executor in [Executor::Optimistic, Executor::Bal, Executor::Auto] {
                let other = error(&block, &state, threads, executor);
                let same = format!("{other:?}") == format!("{in_order:?}");
                assert!(
                    same,
                    "{executor}, {threads} threads: {other:?} and {in_order:?}"
                );
            }
        }
        sender.send(in_order).unwrap();
    });
    receiver.recv_timeout(PATIENCE).unwrap()
}

fn error(block: &Block, state: &MemoryState, threads: usize, executor: Executor) -> ExecuteError {
    let options = ExecuteOptions {
        executor,
        ..Default::default()
    };
    let engine = Engine::new(threads).unwrap();
    engine.execute(block, state, &options).unwrap_err()
}

fn invalid(error: ExecuteError) -> (usize, InvalidTransaction) {
    match error {
        ExecuteError::InvalidTransaction { index, source } => (index, source),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_gap_in_the_nonces_of_a_sender() {
    let (mut block, state) = workload::one_sender(60);
    block.transactions.remove(30);
    let expected = InvalidTransaction::NonceTooHigh { tx: 31, state: 30 };
    assert_eq!(invalid(rejection(&block, &state)), (30, expected));
}

#[test]
fn a_duplicate_nonce() {
    let (mut block, state) = workload::one_sender(60);
    let again = block.transactions[30].clone();
    block.transactions.insert(31, again);
    let expected = InvalidTransaction::NonceTooLow { tx: 30, state: 31 };
    assert_eq!(invalid(rejection(&block, &state)), (31, expected));
}

#[test]
fn nonces_in_reverse() {
    let (mut block, state) = workload::one_sender(60);
    block.transactions.reverse();
    let expected = InvalidTransaction::NonceTooHigh { tx: 59, state: 0 };
    assert_eq!(invalid(rejection(&block, &state)), (0, expected));
}

#[test]
fn a_nonce_that_is_never_reached() {
    for nonce in [1, 1_000, u64::MAX - 1] {
        let (mut block, state) = workload::transfers(60);
        block.transactions[41].env.nonce = nonce;
        let expected = InvalidTransaction::NonceTooHigh {
            tx: nonce,
            state: 0,
        };
        assert_eq!(invalid(rejection(&block, &state)), (41, expected));
    }
    let (mut block, state) = workload::transfers(60);
    block.transactions[41].env.nonce = u64::MAX;
    let expected = InvalidTransaction::NonceOverflowInTransaction;
    assert_eq!(invalid(rejection(&block, &state)), (41, expected));
}

#[test]
fn a_sender_that_cannot_pay() {
    let (mut block, state) = workload::transfers(60);
    block.transactions[20].env.value = U256::MAX >> 1;
    let (index, source) = invalid(rejection(&block, &state));
    assert_eq!(index, 20);
    let is_lack = matches!(source, InvalidTransaction::LackOfFundForMaxFee { .. });
    assert!(is_lack, "{source:?}");
}

#[test]
fn a_sender_that_is_paid_too_late() {
    let (mut block, state) = workload::passed_on(60);
    block.transactions.remove(10);
    let (index, source) = invalid(rejection(&block, &state));
    assert_eq!(index, 10);
    let is_lack = matches!(source, InvalidTransaction::LackOfFundForMaxFee { .. });
    assert!(is_lack, "{source:?}");
}

#[test]
fn more_gas_than_the_block_has() {
    let (mut block, state) = workload::transfers(60);
    block.header.gas_limit = 40 * 21_000 + 1;
    let error = rejection(&block, &state);
    let expected = matches!(
        error,
        ExecuteError::BlockGasExceeded {
            index: 40,
            gas_limit: 21_000,
            available: 1
        }
    );
    assert!(expected, "{error:?}");
}

#[test]
fn more_blobs_than_the_block_may_hold() {
    let (mut block, state) = workload::transfers(60);
    let mut hash = B256::with_last_byte(1);
    hash[0] = 1;
    for at in [5, 15, 25, 35] {
        let env = &mut block.transactions[at].env;
        env.tx_type = 3;
        env.gas_priority_fee = Some(1);
        env.max_fee_per_blob_gas = 10;
        env.blob_hashes = vec![hash; 3];
    }
    let error = rejection(&block, &state);
    let expected = matches!(error, ExecuteError::BlobGasExceeded { index: 35, .. });
    assert!(expected, "{error:?}");
}

#[test]
fn less_gas_than_the_intrinsic_gas() {
    let (mut block, state) = workload::transfers(60);
    block.transactions[7].env.gas_limit = 20_999;
    let (index, source) = invalid(rejection(&block, &state));
    assert_eq!(index, 7);
    let is_gas = matches!(
        source,
        InvalidTransaction::CallGasCostMoreThanGasLimit { .. }
    );
    assert!(is_gas, "{source:?}");
}

#[test]
fn a_transaction_type_that_the_fork_lacks() {
    let (mut block, state) = workload::adversarial(1, 40, SpecId::ISTANBUL);
    block.transactions[20].env.tx_type = 2;
    block.transactions[20].env.gas_priority_fee = Some(1);
    let expected = InvalidTransaction::Eip1559NotSupported;
    assert_eq!(invalid(rejection(&block, &state)), (20, expected));
}

#[test]
fn blobs_that_the_fork_lacks() {
    let (mut block, state) = workload::transfers(60);
    block.schedule = ForkSchedule::always(SpecId::SHANGHAI);
    let env = &mut block.transactions[20].env;
    env.tx_type = 3;
    env.gas_priority_fee = Some(1);
    env.blob_hashes = vec![B256::with_last_byte(1)];
    let expected = InvalidTransaction::Eip4844NotSupported;
    assert_eq!(invalid(rejection(&block, &state)), (20, expected));
}

/// Blocks with conflicts everywhere and some invalid transactions: the error is that of the lowest one, in whatever order they
/// are found.
#[test]
fn an_invalid_transaction_among_many_that_conflict() {
    for seed in 0..12 {
        let spec = FORKS[FORKS.len() - 1 - usize::try_from(seed).unwrap()];
        let (block, state) = workload::adversarial(seed, 40, spec);
        let at = 3 * usize::try_from(seed).unwrap();
        let invalidate: [fn(&mut parevm::vm::TxEnv); 4] = [
            |env| env.nonce += 1,
            |env| env.nonce = env.nonce.wrapping_sub(1),
            |env| env.value = U256::MAX >> 2,
            |env| env.caller = Address::repeat_byte(0x99),
        ];
        for (way, invalidate) in invalidate.iter().enumerate() {
            let mut block = block.clone();
            invalidate(&mut block.transactions[at].env);
            let (index, source) = invalid(rejection(&block, &state));
            assert_eq!(index, at, "seed {seed}, way {way}: {source:?}");
        }
    }
}
