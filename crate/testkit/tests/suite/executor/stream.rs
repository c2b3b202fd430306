//! Receipts and times of a block while it runs.

use parevm::{
    Block, BlockOutcome, Engine, ExecuteError, ExecuteOptions, Executor, MemoryState,
    execute::{
        Receipt,
        timeline::{Incarnation, IncarnationOutcome},
    },
    vm::SpecId,
};
use parevm_testkit::workload;
use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

const EXECUTORS: [Executor; 2] = [Executor::Sequential, Executor::Optimistic];

/// A block with logs, reverts and conflicts.
fn busy() -> (Block, MemoryState) {
    workload::contracts(7, 300, 8, SpecId::OSAKA)
}

fn execute(executor: Executor, options: &ExecuteOptions<'_>) -> Result<BlockOutcome, ExecuteError> {
    let (block, state) = busy();
    let options = ExecuteOptions {
        executor,
        ..*options
    };
    Engine::new(4).unwrap().execute(&block, &state, &options)
}

#[test]
fn receipts_come_in_order_and_are_those_of_the_outcome() {
    let quiet = execute(Executor::Sequential, &ExecuteOptions::default()).unwrap();
    assert!(
        quiet
            .receipts
            .iter()
            .any(|receipt| !receipt.logs.is_empty())
    );
    for executor in EXECUTORS {
        let told = Mutex::new(Vec::new());
        let on_receipt = |receipt: &Receipt| told.lock().unwrap().push(receipt.clone());
        let options = ExecuteOptions {
            on_receipt: Some(&on_receipt),
            ..Default::default()
        };
        let outcome = execute(executor, &options).unwrap();
        assert_eq!(told.into_inner().unwrap(), quiet.receipts, "{executor}");
        assert_eq!(outcome.receipts, quiet.receipts, "{executor}");
        assert_eq!(outcome.receipts_root, quiet.receipts_root, "{executor}");
        assert_eq!(outcome.logs_bloom, quiet.logs_bloom, "{executor}");
        assert_eq!(outcome.requests_hash, quiet.requests_hash, "{executor}");
    }
}

#[test]
fn no_receipt_comes_after_the_one_that_cancelled() {
    for executor in EXECUTORS {
        let cancel = AtomicBool::new(false);
        let told = Mutex::new(Vec::new());
        let on_receipt = |receipt: &Receipt| {
            told.lock().unwrap().push(receipt.index);
            cancel.store(receipt.index == 100, Ordering::Relaxed);
        };
        let options = ExecuteOptions {
            cancel: Some(&cancel),
            on_receipt: Some(&on_receipt),
            ..Default::default()
        };
        let error = execute(executor, &options).unwrap_err();
        assert!(
            matches!(error, ExecuteError::Cancelled { committed: 101 }),
            "{executor}: {error:?}"
        );
        let told = told.into_inner().unwrap();
        assert_eq!(told, (0..=100).collect::<Vec<_>>(), "{executor}");
    }
}

fn timeline(executor: Executor) -> (BlockOutcome, Vec<Incarnation>, u64) {
    let start = Instant::now();
    let clock = || start.elapsed().as_nanos() as u64;
    let options = ExecuteOptions {
        timeline: Some(&clock),
        ..Default::default()
    };
    let mut outcome = execute(executor, &options).unwrap();
    let timeline = outcome.report.timeline.take().unwrap();
    (outcome, timeline, clock())
}

#[test]
fn a_timeline_holds_every_run() {
    for executor in EXECUTORS {
        let (outcome, timeline, end) = timeline(executor);
        let schedule = &outcome.report;
        assert_eq!(timeline.len(), schedule.executions, "{executor}");
        let of = |outcome: fn(&IncarnationOutcome) -> bool| {
            timeline.iter().filter(|run| outcome(&run.outcome)).count()
        };
        let is_final = |outcome: &IncarnationOutcome| *outcome == IncarnationOutcome::Final;
        assert_eq!(of(is_final), 300, "{executor}");
        assert_eq!(timeline.len() - 300, schedule.re_executions, "{executor}");
        for run in &timeline {
            assert!(run.worker < schedule.threads, "{executor}: {run:?}");
            let spans: Vec<_> = run.spans().collect();
            assert_eq!(spans.len(), run.waits.len() + 1, "{executor}: {run:?}");
            assert_eq!(spans[0].start, run.span.start, "{executor}: {run:?}");
            for span in spans {
                assert!(span.start <= span.end && span.end <= end, "{run:?}");
            }
            for wait in &run.waits {
                assert!(wait.transaction < run.transaction, "{run:?}");
            }
        }
        let last = timeline.iter().rfind(|run| run.transaction == 299);
        assert_eq!(last.map(|run| run.outcome), Some(IncarnationOutcome::Final));
    }
}

#[test]
fn a_re_run_tells_its_cause_in_words() {
    // The users of this block send to few contracts, so some run starts run on a wrong guess.
    let cause = (0..50).find_map(|_| {
        let (_, timeline, _) = timeline(Executor::Optimistic);
        timeline
            .iter()
            .find(|run| matches!(run.outcome, IncarnationOutcome::Rerun(Some(_))))
            .map(|run| run.outcome.to_string())
    });
    let cause = cause.unwrap();
    assert!(
        cause.starts_with("run again: slot 0x") || cause.starts_with("run again: account 0x"),
        "{cause}"
    );
    assert!(cause.ends_with("was another"), "{cause}");
}

#[test]
fn there_is_no_timeline_unless_asked_for() {
    for executor in EXECUTORS {
        let outcome = execute(executor, &ExecuteOptions::default()).unwrap();
        assert_eq!(outcome.report.timeline, None);
    }
}
