//! The order of the README, checked by loom for every order of events:
//! `RUSTFLAGS="--cfg parevm_loom" cargo test -p parevm-stm --release --lib model`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use crate::{
    Executor, Memory, Mode, Program, ReadError, Run, RunError, Step, TxIndex, Value, View,
    WorkOrder, WorkerId,
    frontier::{Frontier, Ownership},
    handover::Handover,
    sync::{AtomicUsize, Ordering},
    wait::Beds,
};
use loom::{sync::Arc, thread};
use std::sync::Mutex as StdMutex;

/// Runs `claim` for every order with at most `preemptions` forced switches.
fn model(preemptions: usize, claim: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(claim);
}

#[test]
fn a_wake_that_comes_before_the_sleep_is_not_lost() {
    loom::model(|| {
        let beds = Arc::new(Beds::new(1));
        let sleeper = {
            let beds = beds.clone();
            thread::spawn(move || beds.sleep(WorkerId::new(0)))
        };
        beds.wake(&mut vec![WorkerId::new(0)]);
        sleeper.join().unwrap();
    });
}

#[test]
fn no_announcement_is_left_behind_and_one_worker_owns_the_frontier() {
    loom::model(|| {
        let frontier = Arc::new(Frontier::new());
        let finished = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let owners = Arc::new(AtomicUsize::new(0));
        let work = |index: usize| {
            let (frontier, finished, owners) = (frontier.clone(), finished.clone(), owners.clone());
            move || {
                finished[index].store(1, Ordering::Relaxed);
                let mut ownership = frontier.announce();
                while let Some(owned) = ownership {
                    assert_eq!(owners.fetch_add(1, Ordering::Relaxed), 0);
                    loop {
                        let settled = frontier.settled() as usize;
                        if settled == 2 || finished[settled].load(Ordering::Relaxed) == 0 {
                            break;
                        }
                        frontier.advance(&owned);
                    }
                    owners.fetch_sub(1, Ordering::Relaxed);
                    ownership = frontier.retire(owned);
                }
            }
        };
        let other = thread::spawn(work(1));
        work(0)();
        other.join().unwrap();
        assert_eq!(frontier.settled(), 2);
    });
}

#[test]
fn a_chain_is_settled_in_order_with_at_most_two_runs_each() {
    model(4, || {
        let outcome = run(vec![Act::Increment; 3]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.settled, vec![1, 2, 3]);
        assert_eq!(outcome.last, 3);
        assert!(outcome.runs.iter().all(|runs| *runs <= 2));
    });
}

#[test]
fn commuting_writers_never_run_again() {
    model(2, || {
        let outcome = run(vec![Act::Gain; 3]);
        assert_eq!(outcome.last, 3);
        assert_eq!(outcome.runs, vec![1; 3]);
    });
}

#[test]
fn a_failure_ends_the_run_at_the_lowest_failing_transaction() {
    model(2, || {
        let outcome = run(vec![Act::Increment, Act::Fail, Act::Increment]);
        assert_eq!(outcome.result, Err(1));
        assert_eq!(outcome.settled, vec![1]);
    });
}

#[test]
fn a_failure_that_only_a_guess_caused_is_no_failure() {
    model(2, || {
        let outcome = run(vec![Act::Increment, Act::FailAtZero, Act::Increment]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.last, 2);
    });
}

#[test]
fn who_waits_for_a_run_that_fails_is_woken() {
    model(4, || {
        let outcome = run(vec![Act::Increment, Act::FailAboveZero, Act::Increment]);
        assert_eq!(outcome.result, Err(1));
        assert_eq!(outcome.settled, vec![1]);
    });
}

#[test]
fn who_waits_for_an_expected_write_is_woken() {
    model(3, || {
        let outcome = run_expecting(vec![Act::Increment; 3]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.settled, vec![1, 2, 3]);
        assert!(outcome.runs.iter().all(|runs| *runs <= 2));
    });
}

#[test]
fn an_expected_write_that_does_not_come_holds_nobody_up() {
    model(3, || {
        let outcome = run_expecting(vec![Act::FailAtZero, Act::Increment, Act::Increment]);
        assert_eq!(outcome.result, Err(0));
        let outcome = run_expecting(vec![Act::Increment, Act::FailAtZero, Act::Increment]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.last, 2);
    });
}

#[test]
fn who_pauses_leaves_nothing_behind_and_is_woken() {
    // Counted over all orders: in some of them a worker is to pause.
    static PAUSED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    model(3, || {
        let outcome = run(vec![Act::Increment; 4]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.settled, vec![1, 2, 3, 4]);
        assert!(outcome.runs.iter().all(|runs| *runs <= 2));
        PAUSED.fetch_add(
            usize::from(outcome.paused),
            std::sync::atomic::Ordering::Relaxed,
        );
    });
    assert!(PAUSED.load(std::sync::atomic::Ordering::Relaxed) > 0);
}

#[test]
fn an_ownership_is_handed_over_or_kept_and_never_lost() {
    // Counted over all orders: both happen.
    static TAKEN: StdMutex<[bool; 2]> = StdMutex::new([false; 2]);
    loom::model(|| {
        let handover = Arc::new(Handover::new(2));
        let other = WorkerId::new(1);
        handover.open(other);
        let taker = {
            let handover = handover.clone();
            thread::spawn(move || handover.close(other).map(|ownership| ownership.seen()))
        };
        let kept = handover.offer(other, Ownership::of(3)).err();
        let kept = kept.map(|ownership| ownership.seen());
        let taken = taker.join().unwrap();
        assert!(matches!((kept, taken), (Some(3), None) | (None, Some(3))));
        TAKEN.lock().unwrap()[usize::from(taken.is_some())] = true;
    });
    assert_eq!(*TAKEN.lock().unwrap(), [true; 2]);
}

#[test]
fn who_is_handed_the_frontier_moves_it() {
    model(3, || {
        let outcome = run_in_pairs(vec![Act::Gain; 4]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.last, 4);
        assert_eq!(outcome.settled.len(), 4);
    });
    model(3, || {
        let outcome = run_in_pairs(vec![Act::Increment; 4]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.settled, vec![1, 2, 3, 4]);
        assert!(outcome.runs.iter().all(|runs| *runs <= 2));
    });
}

#[derive(Clone, Copy)]
enum Act {
    Increment,
    Gain,
    Fail,
    FailAtZero,
    FailAboveZero,
}

struct Outcome {
    result: Result<(), u32>,
    settled: Vec<u64>,
    last: u64,
    runs: Vec<usize>,
    /// Whether the second worker was to pause.
    paused: bool,
}

/// Runs `acts` on two workers, on one location that starts at 0.
fn run(acts: Vec<Act>) -> Outcome {
    let order = WorkOrder::in_block_order(acts.len() as u32);
    run_with(acts, order, false)
}

/// The same, with two claimed together.
fn run_in_pairs(acts: Vec<Act>) -> Outcome {
    let pairs = (0..acts.len() as u32).step_by(2).map(|at| at..at + 2);
    let order = WorkOrder::from_batches(&pairs.collect::<Vec<_>>()).unwrap();
    run_with(acts, order, false)
}

/// The same, with everybody expected to write there.
fn run_expecting(acts: Vec<Act>) -> Outcome {
    let order = WorkOrder::in_block_order(acts.len() as u32);
    run_with(acts, order, true)
}

fn run_with(acts: Vec<Act>, order: WorkOrder, expects: bool) -> Outcome {
    let count = acts.len();
    let block: &'static Block = Box::leak(Box::new(Block {
        acts,
        settled: StdMutex::default(),
        runs: (0..count)
            .map(|_| std::sync::atomic::AtomicUsize::new(0))
            .collect(),
    }));
    let memory: &'static Memory<u8, Counter> = Box::leak(Box::new(Memory::new(0)));
    let mut run = Run::new(block, memory, order, 2);
    if expects {
        let id = memory.locate(&0, |_| Ok::<_, ()>(Counter(0))).unwrap();
        run = run.predicted_by(vec![Some(0); count].into());
        run.shared()
            .predictor
            .learn(TxIndex::new(0), id, Default::default());
    }
    let run: &'static Run<'static, Block> = Box::leak(Box::new(run));
    let other = thread::spawn(|| run.work(WorkerId::new(1)));
    run.work(WorkerId::new(0));
    other.join().unwrap();
    let paused = run.shared().chain.pauses() > 0;
    let result = match run.outcome() {
        Ok(_) => Ok(()),
        Err(RunError::Failed { index, .. }) => Err(index.get()),
        Err(error) => panic!("{error:?}"),
    };
    let last = memory
        .final_value(&0, |_| Ok::<_, ()>(Counter(0)))
        .unwrap()
        .1
        .0;
    let settled = std::mem::take(&mut *block.settled.lock().unwrap());
    let runs = block
        .runs
        .iter()
        .map(|runs| runs.load(std::sync::atomic::Ordering::Relaxed))
        .collect();
    Outcome {
        result,
        settled,
        last,
        runs,
        paused,
    }
}

struct Block {
    acts: Vec<Act>,
    settled: StdMutex<Vec<u64>>,
    runs: Vec<std::sync::atomic::AtomicUsize>,
}

#[derive(Clone)]
struct Counter(u64);

#[derive(Clone)]
enum Patch {
    Set(u64),
    Gain(u64),
}

impl Value for Counter {
    type Patch = Patch;
    type Check = u64;
    fn apply(&mut self, patch: &Patch) {
        match patch {
            Patch::Set(value) => self.0 = *value,
            Patch::Gain(amount) => self.0 += amount,
        }
    }
    fn overwrites(patch: &Patch) -> bool {
        matches!(patch, Patch::Set(_))
    }
    fn commutes(patch: &Patch) -> bool {
        matches!(patch, Patch::Gain(_))
    }
    fn admits(&self, check: &u64) -> bool {
        self.0 == *check
    }
}

impl Program for Block {
    type Location = u8;
    type Value = Counter;
    type Output = u64;
    type Error = ();
    type Executor<'m> = Worker<'m>;
    fn base(&self, _location: &u8) -> Result<Counter, ()> {
        Ok(Counter(0))
    }
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Worker<'m> {
        Worker { block: self, view }
    }
    fn settle(&self, index: TxIndex, output: u64) -> Result<(), ()> {
        let mut settled = self.settled.lock().unwrap();
        assert_eq!(settled.len(), index.as_usize());
        settled.push(output);
        Ok(())
    }
}

struct Worker<'m> {
    block: &'m Block,
    view: View<'m, Block>,
}

impl Worker<'_> {
    fn has_run(&self, index: TxIndex) {
        self.block.runs[index.as_usize()].fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

impl<'m> Executor<'m, Block> for Worker<'m> {
    fn view(&mut self) -> &mut View<'m, Block> {
        &mut self.view
    }
    fn execute(&mut self, index: TxIndex, _mode: Mode) -> Result<Step<u64>, ()> {
        let act = self.block.acts[index.as_usize()];
        if let Act::Gain = act {
            let id = self.view.locate(&0).map_err(drop)?;
            self.view.write(id, Patch::Gain(1));
            self.has_run(index);
            return Ok(Step::Done(0));
        }
        let (id, Counter(value)) = match self.view.read(&0) {
            Ok(read) => read,
            Err(ReadError::Suspended) => return Ok(Step::Suspended),
            Err(_) => return Err(()),
        };
        self.has_run(index);
        self.view.rely(id, value);
        match act {
            Act::Increment => {
                self.view.write(id, Patch::Set(value + 1));
                Ok(Step::Done(value + 1))
            }
            Act::FailAtZero if value > 0 => Ok(Step::Done(value)),
            Act::FailAboveZero if value == 0 => {
                self.view.write(id, Patch::Set(5));
                Ok(Step::Done(value))
            }
            _ => Err(()),
        }
    }
}
