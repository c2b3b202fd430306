//! A run that stops at every load and goes on later does what one does that
//! never stops.

use super::{
    super::{
        commuting_evm::Ran,
        location::Location,
        value::{StatePatch, StateValue},
    },
    program_of, random, seeds,
    world::World,
};
use crate::{
    Block, ExecuteOptions, MemoryState,
    execute::{AccessListOutput, ExecuteError},
    fixture::Fixture,
    state::{Account, Overlay, SourceError, StateKey, StateSource},
    system,
    vm::{Bytecode, Environment, FORKS},
};
use alloy_primitives::{Address, B256, U256, map::HashSet};
use parevm_stm::{IsolatedExecution, Program, TxIndex};
use parevm_testkit::fixture;
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// A state of which nothing is at hand until it was asked for once.
struct Fetched<'a> {
    world: &'a World<'a>,
    asked: Mutex<HashSet<StateKey>>,
}

impl StateSource for Fetched<'_> {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        self.world.account(address)
    }
    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.world.code(code_hash)
    }
    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        self.world.storage(address, slot)
    }
    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.world.block_hash(number)
    }
    fn at_hand(&self, key: StateKey) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        !asked.insert(key)
    }
}

/// Transactions that ran, times they were suspended, and what differed.
#[derive(Default)]
struct Tally {
    transactions: usize,
    stops: usize,
    complaints: Vec<String>,
}

impl Tally {
    fn and(mut self, other: Self) -> Self {
        self.transactions += other.transactions;
        self.stops += other.stops;
        self.complaints.extend(other.complaints);
        self
    }

    fn report(&self) {
        let Self {
            transactions,
            stops,
            complaints,
        } = self;
        println!("{stops} stops in {transactions} transactions");
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
        assert!(stops > transactions, "they stop");
    }
}

/// Runs every transaction of `block` in order, once as it is and once with a stop
/// at every load.
fn check(name: &str, block: &Block, state: &MemoryState) -> Tally {
    let environment = Environment::new(block);
    let options = ExecuteOptions {
        access_list_output: AccessListOutput::Returned,
        ..ExecuteOptions::default()
    };
    let mut overlay = Overlay::new(state, environment.spec());
    system::pre_execution_changes(&mut overlay, block, &environment).unwrap();
    let mut world = World::new(state, overlay.diff());
    let mut tally = Tally::default();
    for (index, transaction) in block.transactions.iter().enumerate() {
        let alone = Block {
            transactions: vec![transaction.clone()],
            ..block.clone()
        };
        let program = program_of(&alone, &environment, &world, &options);
        let straight = IsolatedExecution::of(&program, TxIndex::new(0));
        let fetched = Fetched {
            world: &world,
            asked: Mutex::default(),
        };
        let fetching = program_of(&alone, &environment, &fetched, &options);
        let stopping = IsolatedExecution::of(&fetching, TxIndex::new(0));
        tally.transactions += 1;
        tally.stops += fetched.asked.lock().unwrap().len();
        if let Some(words) = difference(&straight, &stopping) {
            tally
                .complaints
                .push(format!("{name}, transaction {index}: {words}"));
        }
        let mut next = world.clone();
        next.apply(&straight.writes, program.codes());
        world = next;
    }
    tally
}

/// The first part in which two runs differ, in words.
fn difference<A, B>(one: &IsolatedExecution<A>, other: &IsolatedExecution<B>) -> Option<String>
where
    A: Program<Location = Location, Value = StateValue, Output = Ran, Error = ExecuteError>,
    B: Program<Location = Location, Value = StateValue, Output = Ran, Error = ExecuteError>,
{
    match (&one.output, &other.output) {
        (Ok(one), Ok(other)) => {
            if one.result != other.result || one.reward != other.reward {
                return Some(format!("{:?} instead of {:?}", other.result, one.result));
            }
            // With it what is warm, and what was before.
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
    let sorted = |writes: &[(Location, StatePatch)]| {
        let mut words: Vec<_> = writes.iter().map(|write| format!("{write:?}")).collect();
        words.sort_unstable();
        words
    };
    let (before, after) = (sorted(&one.writes), sorted(&other.writes));
    (before != after).then(|| format!("writes {after:?} instead of {before:?}"))
}

#[test]
fn runs_of_recorded_blocks_may_stop_at_every_load() {
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
fn runs_of_random_blocks_may_stop_at_every_load() {
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
