//! Measurement next to plain revm, with a clock of the test.

use parevm::{
    Engine, Executor,
    execute::timeline::{Incarnation, IncarnationOutcome, Suspension, TimeSpan},
};
use parevm_stm::TxIndex;
use parevm_testkit::{
    measurement::{SamplingOptions, measure, median},
    thread_time::ThreadTime,
    workload,
};
use std::cell::Cell;

#[test]
fn the_median_is_the_value_in_the_middle() {
    assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    assert!(median(Vec::new()).is_nan());
}

thread_local! {
    static READ: Cell<u32> = const { Cell::new(0) };
}

/// Clock on which a millisecond passes between two reads.
fn ticking() -> f64 {
    READ.set(READ.get() + 1);
    f64::from(READ.get())
}

#[test]
fn a_sample_is_the_time_of_one_repetition() {
    let (block, state) = workload::transfers(3);
    let engine = Engine::new(2).unwrap();
    let timing = SamplingOptions {
        samples: 3,
        sample_ms: 4.0,
        now: ticking,
        timeline: true,
    };
    let engines = [&engine, &engine];
    let measured = measure(&engines, Executor::Auto, None, &block, &state, &timing).unwrap();
    // An execution takes 1 ms of this clock, so a sample has 4, which take 1 ms together.
    assert_eq!(measured.plain_ms, 0.25);
    assert_eq!(measured.sequential_ms, 0.25);
    assert_eq!(measured.longest_ms, 1.0);
    assert_eq!(measured.on.len(), 2);
    for on in measured.on {
        assert_eq!(on.parallel_ms, 0.25);
        assert_eq!(on.bal_ms, Some(0.25));
        // The clock is read at the start, before the first transfer, after each, and at the end.
        assert_eq!(on.timeline_ms, Some(6.0));
        let thread_time = on.thread_time.unwrap();
        let parts = (
            thread_time.committed,
            thread_time.aborted,
            thread_time.outside,
        );
        assert_eq!(parts, (3.0, 0.0, 3.0));
        assert_eq!(on.outcome.gas_used, 63_000);
        assert_eq!(on.difference, None);
    }
}

#[test]
fn a_suspension_is_no_execution_time() {
    let span = |from, to| TimeSpan { from, to };
    let incarnation = |span, suspensions, outcome| Incarnation {
        transaction: 0,
        worker: 0,
        span,
        suspensions,
        outcome,
    };
    let suspension = Suspension {
        writer: TxIndex::new(0),
        span: span(3_000_000, 5_000_000),
    };
    let (committed, aborted) = (
        IncarnationOutcome::Committed,
        IncarnationOutcome::Aborted(None),
    );
    let runs = [
        incarnation(span(0, 6_000_000), vec![suspension], committed),
        incarnation(span(6_000_000, 7_000_000), vec![], aborted),
    ];
    let thread_time = ThreadTime::of(&runs, 16.0);
    let parts = (
        thread_time.committed,
        thread_time.aborted,
        thread_time.outside,
    );
    assert_eq!(parts, (4.0, 1.0, 11.0));
    assert_eq!((thread_time + thread_time).total(), 32.0);
}
