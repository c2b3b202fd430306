//! Which blocks the optimistic executor leaves to one worker: chains, and no others.

use parevm::{
    Block, Engine, ExecuteOptions, Executor, MemoryState,
    execute::timeline::{Incarnation, IncarnationOutcome},
};
use parevm_testkit::workload;
use std::time::Instant;

const COUNT: usize = 3_000;
/// Runs of a block. What is counted is the least of them: where the machine is busy, one of the threads
/// may not run at all for as long as a block takes.
const TRIES: usize = 40;

/// What two workers ran when.
fn timeline(engine: &Engine, (block, state): &(Block, MemoryState)) -> Vec<Incarnation> {
    let start = Instant::now();
    let clock = || u64::try_from(start.elapsed().as_nanos()).unwrap();
    let options = ExecuteOptions {
        executor: Executor::Optimistic,
        timeline: Some(&clock),
        ..Default::default()
    };
    let outcome = engine.execute(block, state, &options).unwrap();
    outcome.report.timeline.unwrap()
}

/// The least that `count` finds in some timelines of `made`, or the first that is at most `enough`.
fn least(
    made: &(Block, MemoryState),
    enough: usize,
    count: impl Fn(&[Incarnation]) -> usize,
) -> usize {
    let engine = Engine::new(2).unwrap();
    let mut least = usize::MAX;
    for _ in 0..TRIES {
        least = least.min(count(&timeline(&engine, made)));
        if least <= enough {
            break;
        }
    }
    least
}

/// Transactions that a worker ran when the other one had run its last.
fn alone(runs: &[Incarnation]) -> usize {
    let last_start = |worker| {
        let own = runs.iter().filter(|run| run.worker == worker);
        own.map(|run| run.span.start).max().unwrap_or(0)
    };
    let both = last_start(0).min(last_start(1));
    runs.iter().filter(|run| run.span.start > both).count()
}

/// Transactions whose result the second worker made.
fn by_the_second(runs: &[Incarnation]) -> usize {
    let is_its =
        |run: &&Incarnation| run.worker == 1 && matches!(run.outcome, IncarnationOutcome::Final);
    runs.iter().filter(is_its).count()
}

#[test]
fn a_block_of_which_a_part_goes_into_one_account_keeps_both_workers() {
    let most = COUNT * 5 / 100;
    for hot in [5, 15, 25] {
        let made = workload::erc20_partly_into_one(COUNT, hot);
        let found = least(&made, most, alone);
        assert!(
            found <= most,
            "{hot} %: {found} of {COUNT} by a worker alone"
        );
    }
}

#[test]
fn a_block_that_all_goes_into_one_account_is_left_to_one_worker() {
    let most = COUNT * 20 / 100;
    let made = workload::erc20_into_one(COUNT);
    let found = least(&made, most, by_the_second);
    assert!(found <= most, "{found} of {COUNT} by the second worker");
}
