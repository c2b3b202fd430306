//! Chain detection: the optimistic executor leaves chains of transactions to one worker, and no other blocks.

use parevm::{
    Block, Engine, ExecuteOptions, Executor, MemoryState,
    execute::timeline::{Incarnation, IncarnationOutcome},
};
use parevm_testkit::workload;
use std::time::Instant;

const COUNT: usize = 3_000;
/// Executions of a block, of which the minimum counts: on a busy machine one of the threads may not run at all during a block.
const TRIES: usize = 40;

/// Returns the timeline of two workers.
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

/// Returns the minimum of `count` over some timelines of `block`, or the first value of at most `enough`.
fn least(
    block: &(Block, MemoryState),
    enough: usize,
    count: impl Fn(&[Incarnation]) -> usize,
) -> usize {
    let engine = Engine::new(2).unwrap();
    let mut least = usize::MAX;
    for _ in 0..TRIES {
        least = least.min(count(&timeline(&engine, block)));
        if least <= enough {
            break;
        }
    }
    least
}

/// Returns the number of incarnations that a worker started after the last one of the other.
fn alone(runs: &[Incarnation]) -> usize {
    let last_start = |worker| {
        let own = runs.iter().filter(|run| run.worker == worker);
        own.map(|run| run.span.from).max().unwrap_or(0)
    };
    let both = last_start(0).min(last_start(1));
    runs.iter().filter(|run| run.span.from > both).count()
}

/// Returns the number of committed incarnations of the second worker.
fn by_the_second(runs: &[Incarnation]) -> usize {
    let is_its = |run: &&Incarnation| {
        run.worker == 1 && matches!(run.outcome, IncarnationOutcome::Committed)
    };
    runs.iter().filter(is_its).count()
}

#[test]
fn a_block_with_some_transfers_to_one_account_keeps_both_workers() {
    let most = COUNT * 5 / 100;
    for hot in [5, 15, 25] {
        let block = workload::erc20_partly_into_one(COUNT, hot);
        let found = least(&block, most, alone);
        assert!(
            found <= most,
            "{hot} %: {found} of {COUNT} by a worker alone"
        );
    }
}

#[test]
fn a_block_with_all_transfers_to_one_account_is_left_to_one_worker() {
    let most = COUNT * 20 / 100;
    let block = workload::erc20_into_one(COUNT);
    let found = least(&block, most, by_the_second);
    assert!(found <= most, "{found} of {COUNT} by the second worker");
}
