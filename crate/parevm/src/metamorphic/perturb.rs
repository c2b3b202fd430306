//! Executes a transaction once as it is, and again with other balances.

use super::{intermediate_state::IntermediateState, program_of};
use crate::{
    Block, ExecuteOptions, MemoryState,
    execute::optimistic::program::BlockProgram,
    state::Overlay,
    system,
    vm::{
        Environment, Location,
        optimistic::{StateRead, StateWrite},
    },
};
use alloy_primitives::{Address, U256, map::HashMap};
use parevm_stm::{IsolatedExecution, TxIndex};
use parevm_testkit::random::Random;
use revm::ExecuteCommitEvm;
use std::fmt;

/// Perturbed states of each transaction: all balances at their minimum, all at their maximum, the others mixed.
const ROUNDS: u64 = 5;

/// Counts of the executions, and the differences that were found.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) runs: usize,
    pub(super) loads: usize,
    /// Loads whose balance is not read exactly.
    pub(super) open: usize,
    /// Executions that read the beneficiary.
    pub(super) beneficiary_reads: usize,
    /// Perturbed balances.
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
            "{runs} executions with other balances, {loads} loads, {open} of them with an interval, \
             {beneficiary_reads} reads of the beneficiary, {perturbed} balances perturbed, {complaints} complaints"
        )
    }
}

/// Balance that an execution does not read exactly.
struct OpenBalance {
    address: Address,
    seen: U256,
    least: U256,
    most: U256,
}

impl OpenBalance {
    /// Chooses a balance within the interval.
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

/// Executes the transactions of `block` in order, and each again with other balances.
pub(super) fn check(name: &str, block: &Block, state: &MemoryState, seed: u64) -> Tally {
    let environment = Environment::new(block);
    let options = ExecuteOptions::default();
    let mut overlay = Overlay::new(state, environment.spec());
    system::pre_execution_changes(&mut overlay, block, &environment).unwrap();
    let mut reference = environment.evm(overlay);
    let mut overlay = Overlay::new(state, environment.spec());
    system::pre_execution_changes(&mut overlay, block, &environment).unwrap();
    let mut state_before = IntermediateState::new(state, overlay.diff());
    let mut random = Random::new(seed);
    let mut tally = Tally::default();
    for (index, transaction) in block.transactions.iter().enumerate() {
        let expected = reference.transact_commit(transaction.env.clone()).unwrap();
        let alone = Block {
            transactions: vec![transaction.clone()],
            ..block.clone()
        };
        let program = program_of(&alone, &environment, &state_before, &options);
        let first = IsolatedExecution::of(&program, TxIndex::new(0));
        if !matches!(&first.output, Ok(ran) if ran.result == expected) {
            let output = &first.output;
            let complaint = format!("{name}, transaction {index}: differs from revm: {output:?}");
            tally.complaints.push(complaint);
        }
        let beneficiary = block.header.beneficiary;
        let mut unread = true;
        let mut open = Vec::new();
        for (location, read) in &first.reads {
            let (Location::Account(address), StateRead::Account(read)) = (location, read) else {
                continue;
            };
            unread &= *address != beneficiary;
            tally.loads += 1;
            let (seen, least, most) = read.interval();
            if least < most {
                let (address, seen) = (*address, seen.balance());
                open.push(OpenBalance {
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
            open.push(OpenBalance {
                address,
                seen,
                least,
                most,
            });
        }
        for round in 0..ROUNDS {
            let mut other = state_before.clone();
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
            if let Some(words) = difference(&first, &again) {
                tally.complaints.push(format!(
                    "{name}, transaction {index}, round {round}: {words}; balances {changes:?}"
                ));
            }
        }
        let mut next = state_before.clone();
        next.apply(&first.writes, program.codes());
        state_before = next;
    }
    tally
}

type Execution<'p> = IsolatedExecution<BlockProgram<'p>>;

/// Returns the first difference between two executions, in words.
fn difference(one: &Execution<'_>, other: &Execution<'_>) -> Option<String> {
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

fn writes(execution: &Execution<'_>) -> HashMap<Location, Vec<StateWrite>> {
    let mut writes: HashMap<_, Vec<_>> = HashMap::default();
    for (location, patch) in &execution.writes {
        writes.entry(*location).or_default().push(*patch);
    }
    writes
}
