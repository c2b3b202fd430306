//! Runs a transaction once as it is, and again on other balances.

use super::{
    super::{
        location::Location,
        program::BlockProgram,
        value::{StateCheck, StatePatch},
    },
    program_of,
    world::World,
};
use crate::{Block, ExecuteOptions, MemoryState, state::Overlay, system, vm::Environment};
use alloy_primitives::{Address, U256, map::HashMap};
use parevm_stm::{IsolatedExecution, TxIndex};
use parevm_testkit::random::Random;
use revm::ExecuteCommitEvm;
use std::fmt;

/// Other states tried for each transaction: all at their least, all at their
/// most, the others mixed.
const ROUNDS: u64 = 5;

/// What was tried, and what changed though it should not.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) runs: usize,
    pub(super) loads: usize,
    /// Balances that were loaded and not relied on exactly.
    pub(super) open: usize,
    /// Runs that read the beneficiary.
    pub(super) beneficiary_reads: usize,
    /// Balances that were replaced.
    pub(super) perturbed: usize,
    pub(super) complaints: Vec<String>,
}

impl Tally {
    pub(super) fn and(mut self, other: Self) -> Self {
        self.runs += other.runs;
        self.loads += other.loads;
        self.open += other.open;
        self.beneficiary_reads += other.beneficiary_reads;
        self.perturbed += other.perturbed;
        self.complaints.extend(other.complaints);
        self
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            runs,
            loads,
            open,
            beneficiary_reads,
            perturbed,
            complaints,
        } = self;
        let complaints = complaints.len();
        write!(
            f,
            "{runs} runs on other balances, {loads} loads of which {open} are open, \
             {beneficiary_reads} read the beneficiary, {perturbed} balances replaced, {complaints} complaints"
        )
    }
}

/// A balance that a run does not rely on exactly.
struct Open {
    address: Address,
    seen: U256,
    least: U256,
    most: U256,
}

impl Open {
    /// Another balance within the interval.
    fn choose(&self, round: u64, random: &mut Random) -> U256 {
        let Self {
            seen, least, most, ..
        } = *self;
        let near = U256::from(1 + random.below(3));
        let wide = U256::from(random.next()) * U256::from(random.next());
        let chosen = match (round, random.below(6)) {
            (0, _) | (2.., 0) => least,
            (1, _) | (2.., 1) => most,
            (_, 2) => seen.saturating_add(near),
            (_, 3) => seen.saturating_sub(near),
            (_, 4) => least.saturating_add(near),
            _ => least.saturating_add(wide),
        };
        chosen.clamp(least, most)
    }
}

/// Runs every transaction of `block` in order, and each again on other balances.
pub(super) fn check(name: &str, block: &Block, state: &MemoryState, seed: u64) -> Tally {
    let environment = Environment::new(block);
    let options = ExecuteOptions::default();
    let mut overlay = Overlay::new(state, environment.spec());
    system::pre_execution_changes(&mut overlay, block, &environment).unwrap();
    let mut in_order = environment.evm(overlay);
    let mut overlay = Overlay::new(state, environment.spec());
    system::pre_execution_changes(&mut overlay, block, &environment).unwrap();
    let mut world = World::new(state, overlay.diff());
    let mut random = Random::new(seed);
    let mut tally = Tally::default();
    for (index, transaction) in block.transactions.iter().enumerate() {
        let expected = in_order.transact_commit(transaction.env.clone()).unwrap();
        let alone = Block {
            transactions: vec![transaction.clone()],
            ..block.clone()
        };
        let program = program_of(&alone, &environment, &world, &options);
        let trial = IsolatedExecution::of(&program, TxIndex::new(0));
        if !matches!(&trial.output, Ok(ran) if ran.result == expected) {
            let output = &trial.output;
            let words = "not what sequential execution returns";
            let complaint = format!("{name}, transaction {index}: {words}: {output:?}");
            tally.complaints.push(complaint);
        }
        let beneficiary = block.header.beneficiary;
        let mut unread = true;
        let mut open = Vec::new();
        for (location, check) in &trial.reads {
            let (Location::Account(address), StateCheck::Account(check)) = (location, check) else {
                continue;
            };
            unread &= *address != beneficiary;
            tally.loads += 1;
            let (seen, least, most) = check.interval();
            if least < most {
                let (address, seen) = (*address, seen.balance());
                open.push(Open {
                    address,
                    seen,
                    least,
                    most,
                });
            }
        }
        tally.open += open.len();
        tally.beneficiary_reads += usize::from(!unread);
        if unread {
            let (address, seen) = (beneficiary, U256::ONE);
            let (least, most) = (U256::ZERO, U256::MAX >> 1);
            open.push(Open {
                address,
                seen,
                least,
                most,
            });
        }
        for round in 0..ROUNDS {
            let mut other = world.clone();
            let mut changes = Vec::new();
            for open in &open {
                let balance = open.choose(round, &mut random);
                other.set_balance(open.address, balance);
                changes.push((open.address, open.seen, balance));
            }
            tally.runs += 1;
            tally.perturbed += changes.len();
            let program = program_of(&alone, &environment, &other, &options);
            let again = IsolatedExecution::of(&program, TxIndex::new(0));
            if let Some(words) = difference(&trial, &again) {
                tally.complaints.push(format!(
                    "{name}, transaction {index}, round {round}: {words}; balances {changes:?}"
                ));
            }
        }
        let mut next = world.clone();
        next.apply(&trial.writes, program.codes());
        world = next;
    }
    tally
}

type Run<'p> = IsolatedExecution<BlockProgram<'p>>;

/// The first difference between two runs, in words.
fn difference(one: &Run<'_>, other: &Run<'_>) -> Option<String> {
    match (&one.output, &other.output) {
        (Ok(left), Ok(right)) if left == right => {}
        (Err(_), _) => return None,
        (left, right) => return Some(format!("returns {right:?} instead of {left:?}")),
    }
    let (left, right) = (writes(one), writes(other));
    let mut locations = left.keys().chain(right.keys());
    let location = locations.find(|location| left.get(location) != right.get(location))?;
    let (left, right) = (left.get(location), right.get(location));
    Some(format!(
        "writes {right:?} instead of {left:?} at {location:?}"
    ))
}

fn writes(trial: &Run<'_>) -> HashMap<Location, Vec<StatePatch>> {
    let mut writes: HashMap<_, Vec<_>> = HashMap::default();
    for (location, patch) in &trial.writes {
        writes.entry(*location).or_default().push(*patch);
    }
    writes
}
