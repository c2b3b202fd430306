//! Blocks on a state of which nothing is at hand at first: transactions are set
//! aside at what has to be fetched, and the outcome is the same.

use alloy_primitives::{Address, B256, U256, map::HashSet};
use parevm::{
    Engine, ExecuteOptions, Executor, MemoryState, StateSource,
    fixture::Fixture,
    state::{Account, SourceError, StateKey},
    vm::Bytecode,
};
use parevm_testkit::{compare::difference, fixture};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

/// Who reads what is not at hand waits for it.
struct Remote<'a> {
    state: &'a MemoryState,
    arrived: Mutex<HashSet<StateKey>>,
    refusals: AtomicUsize,
}

impl<'a> Remote<'a> {
    fn new(state: &'a MemoryState) -> Self {
        Self {
            state,
            arrived: Mutex::default(),
            refusals: AtomicUsize::new(0),
        }
    }

    fn fetch(&self, key: StateKey) {
        self.arrived.lock().unwrap().insert(key);
    }
}

impl StateSource for Remote<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        self.fetch(StateKey::Account(address));
        self.state.account(address)
    }
    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.fetch(StateKey::Code(code_hash));
        self.state.code(code_hash)
    }
    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        self.fetch(StateKey::Slot(address, slot));
        self.state.storage(address, slot)
    }
    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.fetch(StateKey::BlockHash(number));
        self.state.block_hash(number)
    }
    fn at_hand(&self, key: StateKey) -> bool {
        let is_here = self.arrived.lock().unwrap().contains(&key);
        self.refusals
            .fetch_add(usize::from(!is_here), Ordering::Relaxed);
        is_here
    }
}

#[test]
fn a_block_has_the_same_outcome_on_a_state_that_is_fetched() {
    let files = fixture::list(&fixture::blocks_folder()).unwrap();
    assert!(!files.is_empty(), "no blocks to run");
    let options = |executor| ExecuteOptions {
        executor,
        ..Default::default()
    };
    for threads in [1, 2, 5] {
        let engine = Engine::new(threads).unwrap();
        for path in &files {
            let Fixture { block, state, .. } = fixture::load(&engine, path).unwrap();
            let expected = engine.execute(&block, &state, &options(Executor::Sequential));
            let remote = Remote::new(&state);
            let outcome = engine.execute(&block, &remote, &options(Executor::Optimistic));
            let found = difference(&outcome.unwrap(), &expected.unwrap());
            let name = fixture::name(path);
            assert_eq!(found, None, "{name} on {threads} threads");
            let refusals = remote.refusals.into_inner();
            assert!(
                refusals >= block.transactions.len().min(2),
                "{name}: {refusals}"
            );
        }
    }
}
