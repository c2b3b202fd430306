//! Hashes that are looked up cost what hashes that are computed cost.

use alloy_primitives::{Address, TxKind, U256};
use parevm::{
    Block, Engine, ExecuteOptions, Executor, MemoryState,
    block::{ForkSchedule, Header, Transaction},
    state::Account,
    vm::{Bytecode, SpecId, TxEnv},
};
use parevm_testkit::{baseline, compare::difference};

/// Hashes 64 bytes three times, then 32, and keeps the sum of all.
const CODE: &[u8] = &[
    0x60, 7, 0x60, 0x20, 0x52, // MSTORE(32, 7)
    0x60, 64, 0x60, 0, 0x20, // KECCAK256(0, 64)
    0x60, 64, 0x60, 0, 0x20, 0x01, // the same, ADD
    0x60, 64, 0x60, 0, 0x20, 0x01, // the same, ADD
    0x60, 32, 0x60, 32, 0x20, 0x01, // KECCAK256(32, 32), ADD
    0x60, 0, 0x55, // SSTORE(0, sum)
];

/// Calls of [`CODE`] with every gas limit at which another step may be the last.
fn calls() -> (Block, MemoryState) {
    let callee = Address::repeat_byte(0xcc);
    let mut state = MemoryState::default();
    let code_hash = state.insert_code(Bytecode::new_legacy(CODE.into()));
    let nonce = 1;
    let balance = U256::ZERO;
    state.insert_account(
        callee,
        Account {
            balance,
            nonce,
            code_hash,
        },
    );
    let call = |index: u64| {
        let env = TxEnv {
            caller: Address::from_word(U256::from(index + 1_000).into()),
            gas_limit: 21_000 + index,
            kind: TxKind::Call(callee),
            ..TxEnv::default()
        };
        Transaction { hash: None, env }
    };
    let header = Header {
        number: 1,
        gas_limit: 1 << 40,
        ..Header::default()
    };
    let schedule = ForkSchedule::always(SpecId::BERLIN);
    let calls = (0..300).chain([60_000]).map(call).collect();
    (Block::new(1, schedule, header, calls), state)
}

#[test]
fn gas_and_results_are_those_of_plain_revm_at_every_gas_limit() {
    let (block, state) = calls();
    let plain = baseline::outcome(&block, &state).unwrap();
    let run = |threads: usize, executor| {
        let options = ExecuteOptions {
            executor,
            ..ExecuteOptions::default()
        };
        let engine = Engine::new(threads).unwrap();
        engine.execute(&block, &state, &options).unwrap()
    };
    let runs = [
        (1, Executor::Sequential),
        (1, Executor::Optimistic),
        (2, Executor::Optimistic),
        (4, Executor::Optimistic),
    ];
    for (threads, executor) in runs {
        assert_eq!(difference(&run(threads, executor), &plain), None);
    }
    let has_failed = |index: usize| !plain.receipts[index].success;
    assert!(has_failed(0) && has_failed(150) && !has_failed(300));
}
