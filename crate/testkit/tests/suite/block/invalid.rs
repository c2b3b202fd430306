//! Blocks that no valid chain holds: every executor refuses them with the same error, and none
//! hangs.

use alloy_primitives::{Address, B256, U256};
use parevm::{
    Block, Engine, ExecuteError, ExecuteOptions, Executor, MemoryState,
    block::ForkSchedule,
    vm::{FORKS, InvalidTransaction, SpecId},
};
use parevm_testkit::workload;
use std::{sync::mpsc, thread, time::Duration};

/// Far more than any of these blocks takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The error of every executor on every number of threads: all the same.
fn refusal(block: &Block, state: &MemoryState) -> ExecuteError {
    let (block, state) = (block.clone(), state.clone());
    let (sender, receiver) = mpsc::channel();
    // A thread of its own, so that a run without end fails the test.
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
    assert_eq!(invalid(refusal(&block, &state)), (30, expected));
}

#[test]
fn a_nonce_that_comes_twice() {
    let (mut block, state) = workload::one_sender(60);
    let again = block.transactions[30].clone();
    block.transactions.insert(31, again);
    let expected = InvalidTransaction::NonceTooLow { tx: 30, state: 31 };
    assert_eq!(invalid(refusal(&block, &state)), (31, expected));
}

#[test]
fn nonces_in_reverse() {
    let (mut block, state) = workload::one_sender(60);
    block.transactions.reverse();
    let expected = InvalidTransaction::NonceTooHigh { tx: 59, state: 0 };
    assert_eq!(invalid(refusal(&block, &state)), (0, expected));
}

#[test]
fn a_nonce_that_nobody_will_reach() {
    for nonce in [1, 1_000, u64::MAX - 1] {
        let (mut block, state) = workload::transfers(60);
        block.transactions[41].env.nonce = nonce;
        let expected = InvalidTransaction::NonceTooHigh {
            tx: nonce,
            state: 0,
        };
        assert_eq!(invalid(refusal(&block, &state)), (41, expected));
    }
    let (mut block, state) = workload::transfers(60);
    block.transactions[41].env.nonce = u64::MAX;
    let expected = InvalidTransaction::NonceOverflowInTransaction;
    assert_eq!(invalid(refusal(&block, &state)), (41, expected));
}

#[test]
fn a_sender_that_cannot_pay() {
    let (mut block, state) = workload::transfers(60);
    block.transactions[20].env.value = U256::MAX >> 1;
    let (index, source) = invalid(refusal(&block, &state));
    assert_eq!(index, 20);
    let is_lack = matches!(source, InvalidTransaction::LackOfFundForMaxFee { .. });
    assert!(is_lack, "{source:?}");
}

#[test]
fn a_sender_whom_an_earlier_transaction_should_have_paid() {
    let (mut block, state) = workload::passed_on(60);
    block.transactions.remove(10);
    let (index, source) = invalid(refusal(&block, &state));
    assert_eq!(index, 10);
    let is_lack = matches!(source, InvalidTransaction::LackOfFundForMaxFee { .. });
    assert!(is_lack, "{source:?}");
}

#[test]
fn more_gas_than_the_block_has() {
    let (mut block, state) = workload::transfers(60);
    block.header.gas_limit = 40 * 21_000 + 1;
    let error = refusal(&block, &state);
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
    let error = refusal(&block, &state);
    let expected = matches!(error, ExecuteError::BlobGasExceeded { index: 35, .. });
    assert!(expected, "{error:?}");
}

#[test]
fn less_gas_than_the_transaction_itself_costs() {
    let (mut block, state) = workload::transfers(60);
    block.transactions[7].env.gas_limit = 20_999;
    let (index, source) = invalid(refusal(&block, &state));
    assert_eq!(index, 7);
    let is_gas = matches!(
        source,
        InvalidTransaction::CallGasCostMoreThanGasLimit { .. }
    );
    assert!(is_gas, "{source:?}");
}

#[test]
fn a_fork_that_does_not_know_the_transaction() {
    let (mut block, state) = workload::adversarial(1, 40, SpecId::ISTANBUL);
    block.transactions[20].env.tx_type = 2;
    block.transactions[20].env.gas_priority_fee = Some(1);
    let expected = InvalidTransaction::Eip1559NotSupported;
    assert_eq!(invalid(refusal(&block, &state)), (20, expected));
}

#[test]
fn a_fork_that_does_not_know_blobs() {
    let (mut block, state) = workload::transfers(60);
    block.schedule = ForkSchedule::always(SpecId::SHANGHAI);
    let env = &mut block.transactions[20].env;
    env.tx_type = 3;
    env.gas_priority_fee = Some(1);
    env.blob_hashes = vec![B256::with_last_byte(1)];
    let expected = InvalidTransaction::Eip4844NotSupported;
    assert_eq!(invalid(refusal(&block, &state)), (20, expected));
}

/// Blocks in which everything meets, with one transaction spoilt: wherever the error is found first,
/// it is that of the lowest wrong transaction.
#[test]
fn one_wrong_transaction_among_many_that_meet() {
    for seed in 0..12 {
        let spec = FORKS[FORKS.len() - 1 - usize::try_from(seed).unwrap()];
        let (block, state) = workload::adversarial(seed, 40, spec);
        let at = 3 * usize::try_from(seed).unwrap();
        let spoil: [fn(&mut parevm::vm::TxEnv); 4] = [
            |env| env.nonce += 1,
            |env| env.nonce = env.nonce.wrapping_sub(1),
            |env| env.value = U256::MAX >> 2,
            |env| env.caller = Address::repeat_byte(0x99),
        ];
        for (way, spoil) in spoil.iter().enumerate() {
            let mut block = block.clone();
            spoil(&mut block.transactions[at].env);
            let (index, source) = invalid(refusal(&block, &state));
            assert_eq!(index, at, "seed {seed}, way {way}: {source:?}");
        }
    }
}
