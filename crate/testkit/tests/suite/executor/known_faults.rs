//! Faults that other engines had, each with its link: they do not happen here.

use alloy_primitives::{Address, Bytes, TxKind, U256, hex};
use parevm::{
    Block, BlockOutcome, Engine, ExecuteError, ExecuteOptions, Executor, MemoryState,
    block::Transaction,
    state::Account,
    vm::{Bytecode, InvalidTransaction, SpecId, TxEnv},
};
use parevm_stm::{
    Executable, Mode, MvMemory, ParallelExecution, Program, Progress, Threads, TransactionExecutor,
    TxIndex, Value, View, WorkOrder,
};
use parevm_testkit::{
    baseline,
    compare::difference,
    workload::{self, beneficiary},
};
use revm::context_interface::{
    either::Either,
    transaction::{Authorization, RecoveredAuthority, RecoveredAuthorization},
};
use std::{
    convert::Infallible,
    hash::{Hash, Hasher},
    sync::mpsc,
    thread,
    time::Duration,
};

const CONTRACT: Address = Address::repeat_byte(0xcc);
const HEIR: Address = Address::repeat_byte(0xee);

const PARALLEL: Executor = Executor::Optimistic;

fn run(block: &Block, state: &MemoryState, threads: usize) -> Result<BlockOutcome, ExecuteError> {
    let options = ExecuteOptions {
        executor: PARALLEL,
        ..Default::default()
    };
    Engine::new(threads)
        .unwrap()
        .execute(block, state, &options)
}

/// The outcome of many parallel runs on several threads: always that of plain revm.
fn outcome(block: &Block, state: &MemoryState) -> BlockOutcome {
    let plain = baseline::outcome(block, state).unwrap();
    for round in 0..40 {
        let threads = 2 + round % 7;
        let outcome = run(block, state, threads).unwrap();
        let found = difference(&outcome, &plain);
        assert_eq!(found, None, "round {round}, {threads} threads");
        assert_eq!(outcome.report.executor, PARALLEL);
    }
    plain
}

fn deploy(state: &mut MemoryState, code: &[u8], balance: u64) {
    let code_hash = state.insert_code(Bytecode::new_legacy(Bytes::copy_from_slice(code)));
    let account = Account {
        balance: U256::from(balance),
        nonce: 1,
        code_hash,
    };
    state.insert_account(CONTRACT, account);
}

/// Has the transactions at `indices` call the contract.
fn call_contract(block: &mut Block, indices: impl IntoIterator<Item = usize>) {
    for index in indices {
        let env = &mut block.transactions[index].env;
        env.kind = TxKind::Call(CONTRACT);
        env.gas_limit = 200_000;
        env.value = U256::ZERO;
    }
}

fn slot(outcome: &BlockOutcome, key: u64) -> Option<U256> {
    let change = outcome.state_diff.accounts.get(&CONTRACT)?;
    change.slots.get(&U256::from(key)).copied()
}

/// All keys have the same hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Colliding(u64);

impl Hash for Colliding {
    fn hash<H: Hasher>(&self, state: &mut H) {
        0_u64.hash(state);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Register(u64);

impl Value for Register {
    type Write = u64;
    type Read = u64;
    fn apply(&mut self, write: &u64) {
        self.0 = *write;
    }
    fn overwrites(_write: &u64) -> bool {
        true
    }
    fn commutes(_write: &u64) -> bool {
        false
    }
    fn validates(&self, read: &u64) -> bool {
        self.0 == *read
    }
}

/// Transaction i doubles what lies at i.
struct Doubling;
struct Worker<'m>(View<'m, Doubling>);

impl Program for Doubling {
    type Location = Colliding;
    type Value = Register;
    type Output = ();
    type Error = Infallible;
    fn base(&self, location: &Colliding) -> Result<Register, Infallible> {
        Ok(Register(1_000 + location.0))
    }
    fn commit(&self, _index: TxIndex, (): ()) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Executable for Doubling {
    type Executor<'m> = Worker<'m>;
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Worker<'m> {
        Worker(view)
    }
}

impl<'m> TransactionExecutor<'m, Doubling> for Worker<'m> {
    fn view(&mut self) -> &mut View<'m, Doubling> {
        &mut self.0
    }
    fn execute(&mut self, index: TxIndex, _mode: Mode) -> Result<Progress<()>, Infallible> {
        if let Ok((id, Register(value))) = self.view().read(&Colliding(index.get().into())) {
            self.view().record_read(id, value);
            self.view().write(id, 2 * value);
        }
        Ok(Progress::Done(()))
    }
}

/// https://github.com/risechain/pevm/issues/514
/// https://github.com/risechain/pevm/pull/515
/// https://github.com/risechain/pevm/pull/517
#[test]
fn locations_with_one_hash_are_not_one_location() {
    let memory = MvMemory::new(7);
    let stats = ParallelExecution::new(&Doubling, &memory, WorkOrder::in_block_order(100), 4)
        .execute(&Threads::new(4))
        .unwrap();
    assert_eq!(stats.re_executions, 0, "they do not even conflict");
    let mut seen = Vec::new();
    memory.for_each_change(|change| {
        assert_eq!(change.after.0, 2 * (1_000 + change.location.0));
        seen.push(change.location.0);
    });
    seen.sort_unstable();
    assert_eq!(seen, (0..100).collect::<Vec<_>>());
}

/// https://github.com/risechain/pevm/pull/406
#[test]
fn a_nonce_too_high_is_an_error_and_no_freeze() {
    let (mut block, state) = workload::one_sender(100);
    block.transactions.remove(50);
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(run(&block, &state, 4).unwrap_err()).unwrap());
    match receiver.recv_timeout(Duration::from_secs(30)).unwrap() {
        ExecuteError::InvalidTransaction { index, source } => {
            let expected = InvalidTransaction::NonceTooHigh { tx: 51, state: 50 };
            assert_eq!((index, source), (50, expected));
        }
        other => panic!("{other:?}"),
    }
}

/// https://github.com/risechain/pevm/issues/314
#[test]
fn a_self_destruct_does_not_make_a_block_sequential() {
    let (mut block, mut state) = workload::transfers(200);
    block.schedule = parevm::block::ForkSchedule::always(SpecId::SHANGHAI);
    let code = [&[0x73], HEIR.as_slice(), &[0xff]].concat();
    deploy(&mut state, &code, 5);
    call_contract(&mut block, [60, 140]);
    let plain = outcome(&block, &state);
    assert_eq!(plain.state_diff.accounts[&CONTRACT].account, None);
    for _ in 0..20 {
        let report = run(&block, &state, 4).unwrap().report;
        // Nobody else has to do with it: at most the second caller runs again.
        assert!(report.re_executions <= 1, "{report:?}");
    }
}

/// https://github.com/erigontech/erigon/issues/23206
#[test]
fn a_destroyed_account_that_is_paid_begins_anew() {
    let (mut block, mut state) = workload::transfers(60);
    block.schedule = parevm::block::ForkSchedule::always(SpecId::SHANGHAI);
    let code = [&[0x73], HEIR.as_slice(), &[0xff]].concat();
    deploy(&mut state, &code, 5);
    state.insert_storage(CONTRACT, U256::ZERO, U256::from(9));
    call_contract(&mut block, [20]);
    block.transactions[40].env.kind = TxKind::Call(CONTRACT);
    let change = &outcome(&block, &state).state_diff.accounts[&CONTRACT];
    let account = change.account.unwrap();
    assert_eq!((account.nonce, account.balance), (0, U256::from(1)));
    assert!(change.storage_reset && change.slots.is_empty());
}

/// https://github.com/risechain/pevm/issues/522
#[test]
fn prague_runs_in_parallel() {
    for seed in 0..8 {
        let (block, state) = workload::adversarial(seed, 60, SpecId::PRAGUE);
        let is_delegating = |one: &Transaction| one.env.tx_type == 4;
        assert!(block.transactions.iter().any(is_delegating));
        outcome(&block, &state);
    }
}

/// https://github.com/Galxe/grevm/pull/102
/// https://github.com/Galxe/grevm/issues/111
#[test]
fn a_sender_that_authorises_itself_goes_on() {
    let (mut block, mut state) = workload::one_sender(40);
    block.schedule = parevm::block::ForkSchedule::always(SpecId::PRAGUE);
    deploy(&mut state, &hex!("600054600101600055"), 0);
    let caller = block.transactions[0].env.caller;
    // Two nonces a transaction: its own and the authorisation's, which alternates.
    for (index, transaction) in (0_u64..).zip(&mut block.transactions) {
        let address = if index % 2 == 0 {
            CONTRACT
        } else {
            Address::ZERO
        };
        let authorization = Authorization {
            chain_id: U256::ZERO,
            address,
            nonce: 2 * index + 1,
        };
        let authority = RecoveredAuthority::Valid(caller);
        let recovered = RecoveredAuthorization::new_unchecked(authorization, authority);
        transaction.env = TxEnv {
            tx_type: 4,
            nonce: 2 * index,
            gas_limit: 200_000,
            gas_priority_fee: Some(1),
            kind: TxKind::Call(caller),
            value: U256::ZERO,
            authorization_list: vec![Either::Right(recovered)],
            ..transaction.env.clone()
        };
    }
    let plain = outcome(&block, &state);
    let change = &plain.state_diff.accounts[&caller];
    let account = change.account.unwrap();
    assert_eq!(
        (account.nonce, account.code_hash),
        (80, Account::default().code_hash)
    );
    // Counted where it was delegated.
    assert_eq!(change.slots[&U256::ZERO], U256::from(20));
}

/// https://github.com/cosmos/cosmos-sdk/issues/26583
#[test]
fn no_result_of_a_run_that_was_overtaken_is_committed() {
    // slot 0 = slot 0 + 1: each run but the right one is stale.
    let (mut block, mut state) = workload::transfers(80);
    deploy(&mut state, &hex!("600054600101600055"), 0);
    call_contract(&mut block, 0..80);
    assert_eq!(slot(&outcome(&block, &state), 0), Some(U256::from(80)));
    for _ in 0..20 {
        let report = run(&block, &state, 8).unwrap().report;
        assert_eq!(report.executions, 80 + report.re_executions);
    }
}

/// https://github.com/Galxe/grevm/pull/97 (R3-006)
#[test]
fn a_payment_to_the_beneficiary_is_seen_by_who_looks() {
    let (mut block, mut state) = workload::transfers(60);
    // slot 0 = balance of the beneficiary
    deploy(&mut state, &hex!("4131600055"), 0);
    for transaction in &mut block.transactions[..30] {
        transaction.env.kind = TxKind::Call(beneficiary());
        transaction.env.value = U256::from(1_000_000);
    }
    call_contract(&mut block, [30]);
    // 30 payments and 30 tips of 3 wei per gas.
    let expected = 30 * 1_000_000 + 30 * 21_000 * 3;
    assert_eq!(
        slot(&outcome(&block, &state), 0),
        Some(U256::from(expected))
    );
}

/// https://github.com/Galxe/grevm/pull/97 (R3-004)
#[test]
fn a_run_that_is_done_again_leaves_no_write_of_the_first() {
    let (mut block, mut state) = workload::transfers(60);
    // If slot 0 is set, slot 2 = 1, else slot 1 = 1. With value: slot 0 = 1, after a long while.
    let code = hex!(
        "34601757600054601057600160015500"
        "5b600160025500"
        "5b6103e85b6001900380601b57600160005500"
    );
    deploy(&mut state, &code, 0);
    call_contract(&mut block, 0..60);
    block.transactions[0].env.value = U256::ONE;
    let plain = outcome(&block, &state);
    assert_eq!(
        [0, 1, 2].map(|key| slot(&plain, key)),
        [Some(U256::ONE), None, Some(U256::ONE)]
    );
}

/// https://github.com/Galxe/grevm/pull/97 (empty partition)
#[test]
fn fewer_transactions_than_threads() {
    for count in 0..5 {
        let (block, state) = workload::transfers(count);
        assert_eq!(outcome(&block, &state).gas_used, 21_000 * count as u64);
    }
}
