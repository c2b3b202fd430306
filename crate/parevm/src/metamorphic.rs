//! Metamorphic tests of the optimistic EVM: a transaction does the same with any balances within the intervals of its read
//! set, and when it is suspended at every load. Each hook is needed for that.
//!
//! `PAREVM_SEED` sets the first seed, `PAREVM_SEEDS` the number of seeds.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cases;
mod intermediate_state;
mod perturb;
mod suspensions;

use crate::{
    Block, ExecuteOptions, MemoryState,
    execute::{
        BlockExecution,
        optimistic::program::{BlockProgram, StartedBlock},
    },
    fixture::Fixture,
    state::{Overlay, StateSource},
    vm::{
        Environment, FORKS, SpecId,
        optimistic::{CodeStore, Epochs, Hook, PredictedNonces},
    },
};
use parevm_testkit::{fixture, workload};
use perturb::{Tally, check};
use rayon::prelude::*;
use std::env;

const HOOKS: [Hook; 8] = [
    Hook::Balance,
    Hook::SelfBalance,
    Hook::SelfDestruct,
    Hook::Payment,
    Hook::Creation,
    Hook::FeeCheck,
    Hook::Emptiness,
    Hook::Reward,
];

fn number(variable: &str, default: u64) -> u64 {
    let text = env::var(variable).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn seeds(count: u64) -> std::ops::Range<u64> {
    let first = number("PAREVM_SEED", 0);
    first..first + number("PAREVM_SEEDS", count)
}

/// Returns `block` as the program of an isolated execution.
fn program_of<'b>(
    block: &'b Block,
    environment: &'b Environment,
    state: &'b dyn StateSource,
    options: &ExecuteOptions<'b>,
) -> BlockProgram<'b> {
    let nonces = PredictedNonces::new(&block.transactions);
    let epochs = Epochs::first(1);
    let mut scratch = Overlay::new(state, environment.spec());
    let started = StartedBlock {
        execution: BlockExecution::begin(block, environment, options, &mut scratch).unwrap(),
        list: None,
        codes: CodeStore::default(),
    };
    BlockProgram::new(block, environment, state, options, nonces, epochs, started)
}

/// Returns a block in which few accounts conflict often.
fn random(seed: u64, spec: SpecId) -> (Block, MemoryState) {
    let (block, state) = workload::adversarial(seed, 30, spec);
    intermediate_state::translate(block, state, spec)
}

/// Returns whether executions without a hook differ. A reward that is read makes no execution wrong, but all of them
/// conflict.
fn is_missed(without: &Tally, with: &Tally) -> bool {
    !without.complaints.is_empty() || without.beneficiary_reads > with.beneficiary_reads
}

fn no_complaint(tally: &Tally) {
    assert!(
        tally.complaints.is_empty(),
        "{}",
        tally.complaints.join("\n")
    );
}

#[test]
fn balances_of_recorded_blocks_vary_within_their_intervals_without_effect() {
    let files = fixture::list(&fixture::blocks_folder()).unwrap();
    assert!(!files.is_empty(), "no blocks to run");
    let tally = files
        .par_iter()
        .map(|path| {
            let text = fixture::read(path).unwrap();
            let Fixture { block, state, .. } = Fixture::from_json(&text).unwrap();
            check(
                fixture::name(path),
                &block,
                &state,
                number("PAREVM_SEED", 0),
            )
        })
        .reduce(Tally::default, Tally::and);
    println!("{tally}");
    no_complaint(&tally);
    assert!(tally.perturbed > 1_000, "{tally}");
}

#[test]
fn balances_of_random_blocks_vary_within_their_intervals_without_effect() {
    let tally = seeds(20)
        .into_par_iter()
        .flat_map_iter(|seed| FORKS.map(|spec| (seed, spec)))
        .map(|(seed, spec)| {
            let (block, state) = random(seed, spec);
            check(&format!("seed {seed}, {spec:?}"), &block, &state, seed)
        })
        .reduce(Tally::default, Tally::and);
    println!("{tally}");
    no_complaint(&tally);
    assert!(tally.perturbed > 1_000, "{tally}");
}

#[test]
fn a_constructed_case_catches_the_removal_of_each_hook() {
    for hook in HOOKS {
        let (block, state) = cases::of(hook);
        let with = check(&format!("{hook:?}"), &block, &state, 1);
        no_complaint(&with);
        let without = hook.without(|| check(&format!("{hook:?}"), &block, &state, 1));
        assert!(is_missed(&without, &with), "{hook:?} is not missed");
    }
}

#[test]
fn random_blocks_catch_the_removal_of_each_hook() {
    for hook in HOOKS {
        let mut seeds = seeds(200);
        let spec = match hook {
            Hook::Creation => SpecId::AMSTERDAM,
            _ => SpecId::ISTANBUL,
        };
        let caught = seeds.any(|seed| {
            let (block, state) = random(seed, spec);
            let with = check("", &block, &state, seed);
            let without = hook.without(|| check("", &block, &state, seed));
            is_missed(&without, &with)
        });
        assert!(caught, "{hook:?} is not missed");
    }
}
