//! An execution that is suspended at every load and resumed does the same as one that is not.

use super::{intermediate_state::IntermediateState, program_of, random, seeds};
use crate::{
    Block, ExecuteOptions, MemoryState,
    execute::{AccessListOutput, ExecuteError},
    fixture::Fixture,
    state::{Account, Overlay, SourceError, StateKey, StateSource},
    system,
    vm::{
        Bytecode, Environment, FORKS, Location,
        optimistic::{StateValue, StateWrite, TransactionOutput},
    },
};
use alloy_primitives::{Address, B256, U256, map::HashSet};
use parevm_stm::{IsolatedExecution, Program, TxIndex};
use parevm_testkit::fixture;
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// State whose values are not at hand at the first request.
struct FetchedState<'a> {
    state: &'a IntermediateState<'a>,
    requested: Mutex<HashSet<StateKey>>,
}

impl StateSource for FetchedState<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        self.state.account(address)
    }
    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.state.code(code_hash)
    }
    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        self.state.storage(address, slot)
    }
    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.state.block_hash(number)
    }
    fn at_hand(&self, key: StateKey) -> bool {
        let mut requested = self
            .requested
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        !requested.insert(key)
    }
}

/// Counts of transactions and suspensions, and the differences that were found.
#[derive(Default)]
struct Tally {
    transactions: usize,
    suspensions: usize,
    complaints: Vec<String>,
}

impl Tally {
    fn and(mut self, other: Self) -> Self {
        self.transactions += other.transactions;
        self.suspensions += other.suspensions;
        self.complaints.extend(other.complaints);
        self
    }

    fn report(&self) {
        let Self {
            transactions,
            suspensions,
            complaints,
        } = self;
        println!("{suspensions} suspensions in {transactions} transactions");
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
        assert!(suspensions > transactions, "too few suspensions");
    }
}

/// Executes the transactions of `block` in order, once as they are and once with a suspension at every load.
fn check(name: &str, block: &Block, state: &MemoryState) -> Tally {
    let environment = Environment::new(block);
    let options = ExecuteOptions {
        access_list_output: AccessListOutput::Returned,
        ..ExecuteOptions::default()
    };
    let mut overlay = Overlay::new(state, environment.spec());
    system::pre_execution_changes(&mut overlay, block, &environment).unwrap();
    let mut state_before = IntermediateState::new(state, overlay.diff());
    let mut tally = Tally::default();
    for (index, transaction) in block.transactions.iter().enumerate() {
        let alone = Block {
            transactions: vec![transaction.clone()],
            ..block.clone()
        };
        let program = program_of(&alone, &environment, &state_before, &options);
        let uninterrupted = IsolatedExecution::of(&program, TxIndex::new(0));
        let fetched = FetchedState {
            state: &state_before,
            requested: Mutex::default(),
        };
        let fetching = program_of(&alone, &environment, &fetched, &options);
        let suspended = IsolatedExecution::of(&fetching, TxIndex::new(0));
        tally.transactions += 1;
        tally.suspensions += fetched.requested.lock().unwrap().len();
        if let Some(words) = difference(&uninterrupted, &suspended) {
            tally
                .complaints
                .push(format!("{name}, transaction {index}: {words}"));
        }
        let mut next = state_before.clone();
        next.apply(&uninterrupted.writes, program.codes());
        state_before = next;
    }
    tally
}

/// Returns the first difference between two executions, in words.
fn difference<A, B>(one: &IsolatedExecution<A>, other: &IsolatedExecution<B>) -> Option<String>
where
    A: Program<
            Location = Location,
            Value = StateValue,
            Output = TransactionOutput,
            Error = ExecuteError,
        >,
    B: Program<
            Location = Location,
            Value = StateValue,
            Output = TransactionOutput,
            Error = ExecuteError,
        >,
{
    match (&one.output, &other.output) {
        (Ok(one), Ok(other)) => {
            if one.result != other.result || one.reward != other.reward {
                return Some(format!("{:?} instead of {:?}", other.result, one.result));
            }
            // Includes warm accesses and original values.
            if one.changes != other.changes {
                return Some("another journal".into());
            }
        }
        (one, other) => {
            let (one, other) = (format!("{one:?}"), format!("{other:?}"));
            if one != other {
                return Some(format!("{other} instead of {one}"));
            }
        }
    }
    let (before, after) = (format!("{:?}", one.reads), format!("{:?}", other.reads));
    if before != after {
        return Some(format!("reads {after} instead of {before}"));
    }
    let sorted = |writes: &[(Location, StateWrite)]| {
        let mut words: Vec<_> = writes.iter().map(|write| format!("{write:?}")).collect();
        words.sort_unstable();
        words
    };
    let (before, after) = (sorted(&one.writes), sorted(&other.writes));
    (before != after).then(|| format!("writes {after:?} instead of {before:?}"))
}

#[test]
fn executions_of_recorded_blocks_can_be_suspended_at_every_load() {
    let files = fixture::list(&fixture::blocks_folder()).unwrap();
    assert!(!files.is_empty(), "no blocks to run");
    let tally = files
        .par_iter()
        .map(|path| {
            let text = fixture::read(path).unwrap();
            let Fixture { block, state, .. } = Fixture::from_json(&text).unwrap();
            check(fixture::name(path), &block, &state)
        })
        .reduce(Tally::default, Tally::and);
    tally.report();
}

#[test]
fn executions_of_random_blocks_can_be_suspended_at_every_load() {
    let tally = seeds(20)
        .into_par_iter()
        .flat_map_iter(|seed| FORKS.map(|spec| (seed, spec)))
        .map(|(seed, spec)| {
            let (block, state) = random(seed, spec);
            check(&format!("seed {seed}, {spec:?}"), &block, &state)
        })
        .reduce(Tally::default, Tally::and);
    tally.report();
}
