//! Hundreds of payments to one account, or from one: they are in nobody's way, but who looks at the
//! balance sees every one of them.

use alloy_primitives::{Address, Bytes, TxKind, U256, address};
use parevm::{
    Block, BlockOutcome, Engine, ExecuteOptions, Executor, MemoryState, state::Account,
    vm::Bytecode,
};
use parevm_testkit::{baseline, compare::difference, workload};

const COUNT: usize = 300;
const RECEIVER: Address = address!("0x7ec0000000000000000000000000000000007ec0");
const OBSERVER: Address = address!("0x0b5e0000000000000000000000000000000000b5");

/// Each transaction pays the receiver as many wei as its position in the block.
fn payments() -> (Block, MemoryState) {
    let (mut block, state) = workload::transfers(COUNT);
    for (index, transaction) in block.transactions.iter_mut().enumerate() {
        transaction.env.kind = TxKind::Call(RECEIVER);
        transaction.env.value = U256::from(index);
    }
    (block, state)
}

/// The outcome on 2 to 8 threads, always that of plain revm.
fn outcomes(block: &Block, state: &MemoryState) -> Vec<BlockOutcome> {
    let plain = baseline::outcome(block, state).unwrap();
    let options = ExecuteOptions {
        executor: Executor::Optimistic,
        ..Default::default()
    };
    let run = |threads| {
        let outcome = Engine::new(threads)
            .unwrap()
            .execute(block, state, &options);
        let outcome = outcome.unwrap();
        assert_eq!(difference(&outcome, &plain), None, "{threads} threads");
        outcome
    };
    [2, 3, 4, 8].repeat(5).into_iter().map(run).collect()
}

#[test]
fn payments_to_one_account_are_no_conflict() {
    let (block, mut state) = payments();
    let balance = U256::from(1_u64 << 60);
    state.insert_account(
        RECEIVER,
        Account {
            balance,
            ..Account::default()
        },
    );
    for outcome in outcomes(&block, &state) {
        assert_eq!(outcome.report.re_executions, 0);
    }
}

#[test]
fn an_account_that_is_new_is_paid_by_hundreds() {
    let (block, state) = payments();
    outcomes(&block, &state);
}

#[test]
fn payments_of_one_sender_are_no_conflict() {
    let (mut block, state) = payments();
    let sender = block.transactions[0].env.caller;
    for (nonce, transaction) in (0..).zip(&mut block.transactions) {
        transaction.env.caller = sender;
        transaction.env.nonce = nonce;
        transaction.env.value = U256::ONE;
    }
    for outcome in outcomes(&block, &state) {
        // Whoever read before the first payment was seen took the receiver for absent.
        assert!(outcome.report.re_executions < COUNT / 4);
    }
}

#[test]
fn who_looks_at_the_balance_sees_every_payment() {
    let (mut block, mut state) = payments();
    // slot [calldata] = balance of the receiver
    let code = [&[0x73][..], RECEIVER.as_slice(), &[0x31, 0x5f, 0x35, 0x55]].concat();
    let code_hash = state.insert_code(Bytecode::new_legacy(Bytes::from(code)));
    let nonce = 1;
    state.insert_account(
        OBSERVER,
        Account {
            code_hash,
            nonce,
            ..Account::default()
        },
    );
    let looks = (4..COUNT).step_by(5);
    for index in looks.clone() {
        let env = &mut block.transactions[index].env;
        env.kind = TxKind::Call(OBSERVER);
        env.value = U256::ZERO;
        env.gas_limit = 200_000;
        env.data = Bytes::from(U256::from(index).to_be_bytes_vec());
    }
    for outcome in outcomes(&block, &state) {
        let slots = &outcome.state_diff.accounts[&OBSERVER].slots;
        for index in looks.clone() {
            let paid: usize = (0..index).filter(|payer| payer % 5 != 4).sum();
            assert_eq!(slots[&U256::from(index)], U256::from(paid), "{index}");
        }
    }
}
