//! Models of the README's claims, which loom checks for every order of events:
//! `RUSTFLAGS="--cfg parevm_loom" cargo test -p parevm-stm --release --lib model`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use crate::{
    CallClass, Executable, Mode, MvMemory, ParallelExecution, ParallelExecutionError, Program,
    Progress, ReadError, TransactionExecutor, TxIndex, Value, View, WorkOrder, WorkerId,
    commit_index::{CommitIndex, Ownership},
    ownership_transfer::OwnershipTransfer,
    parker::Parkers,
    sync::{AtomicUsize, Ordering},
};
use loom::{sync::Arc, thread};
use std::sync::Mutex as StdMutex;

/// Checks `claim` for every order of events with at most `preemptions` preemptions.
fn model(preemptions: usize, claim: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(claim);
}

#[test]
fn a_wake_before_the_worker_parks_is_not_lost() {
    loom::model(|| {
        let parkers = Arc::new(Parkers::new(1));
        let parked = {
            let parkers = parkers.clone();
            thread::spawn(move || parkers.park(WorkerId::new(0)))
        };
        parkers.wake(&mut vec![WorkerId::new(0)]);
        parked.join().unwrap();
    });
}

#[test]
fn no_announcement_is_left_behind_and_one_worker_owns_the_commit_index() {
    loom::model(|| {
        let commit_index = Arc::new(CommitIndex::new());
        let executed = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let owners = Arc::new(AtomicUsize::new(0));
        let work = |index: usize| {
            let commit_index = commit_index.clone();
            let (executed, owners) = (executed.clone(), owners.clone());
            move || {
                executed[index].store(1, Ordering::Relaxed);
                let mut ownership = commit_index.announce();
                while let Some(owned) = ownership {
                    assert_eq!(owners.fetch_add(1, Ordering::Relaxed), 0);
                    loop {
                        let committed = commit_index.get() as usize;
                        if committed == 2 || executed[committed].load(Ordering::Relaxed) == 0 {
                            break;
                        }
                        commit_index.advance(&owned);
                    }
                    owners.fetch_sub(1, Ordering::Relaxed);
                    ownership = commit_index.release(owned);
                }
            }
        };
        let other = thread::spawn(work(1));
        work(0)();
        other.join().unwrap();
        assert_eq!(commit_index.get(), 2);
    });
}

#[test]
fn a_chain_is_committed_in_order_with_at_most_two_executions_each() {
    model(4, || {
        let outcome = execute(vec![Act::Increment; 3]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.committed, vec![1, 2, 3]);
        assert_eq!(outcome.last, 3);
        assert!(outcome.executions.iter().all(|count| *count <= 2));
    });
}

#[test]
fn commuting_writers_are_never_executed_again() {
    model(2, || {
        let outcome = execute(vec![Act::Gain; 3]);
        assert_eq!(outcome.last, 3);
        assert_eq!(outcome.executions, vec![1; 3]);
    });
}

#[test]
fn a_failure_ends_the_block_at_the_lowest_failing_transaction() {
    model(2, || {
        let outcome = execute(vec![Act::Increment, Act::Fail, Act::Increment]);
        assert_eq!(outcome.result, Err(1));
        assert_eq!(outcome.committed, vec![1]);
    });
}

#[test]
fn a_failure_of_an_invalid_execution_does_not_fail_the_block() {
    model(2, || {
        let outcome = execute(vec![Act::Increment, Act::FailAtZero, Act::Increment]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.last, 2);
    });
}

#[test]
fn a_worker_that_waits_for_a_failing_execution_is_woken() {
    model(4, || {
        let outcome = execute(vec![Act::Increment, Act::FailAboveZero, Act::Increment]);
        assert_eq!(outcome.result, Err(1));
        assert_eq!(outcome.committed, vec![1]);
    });
}

#[test]
fn a_worker_that_waits_for_a_predicted_write_is_woken() {
    model(3, || {
        let outcome = execute_predicted(vec![Act::Increment; 3]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.committed, vec![1, 2, 3]);
        assert!(outcome.executions.iter().all(|count| *count <= 2));
    });
}

#[test]
fn a_predicted_write_that_is_not_made_blocks_nobody() {
    model(3, || {
        let outcome = execute_predicted(vec![Act::FailAtZero, Act::Increment, Act::Increment]);
        assert_eq!(outcome.result, Err(0));
        let outcome = execute_predicted(vec![Act::Increment, Act::FailAtZero, Act::Increment]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.last, 2);
    });
}

#[test]
fn a_worker_that_pauses_leaves_nothing_behind_and_is_woken() {
    // Counted over all orders: in some of them a worker pauses.
    static PAUSED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    model(3, || {
        let outcome = execute(vec![Act::Increment; 4]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.committed, vec![1, 2, 3, 4]);
        assert!(outcome.executions.iter().all(|count| *count <= 2));
        PAUSED.fetch_add(
            usize::from(outcome.has_paused),
            std::sync::atomic::Ordering::Relaxed,
        );
    });
    assert!(PAUSED.load(std::sync::atomic::Ordering::Relaxed) > 0);
}

#[test]
fn an_ownership_is_transferred_or_kept_and_never_lost() {
    // Counted over all orders: both happen.
    static TAKEN: StdMutex<[bool; 2]> = StdMutex::new([false; 2]);
    loom::model(|| {
        let transfer = Arc::new(OwnershipTransfer::new(2));
        let other = WorkerId::new(1);
        transfer.open(other);
        let taker = {
            let transfer = transfer.clone();
            thread::spawn(move || transfer.close(other).map(|ownership| ownership.seen()))
        };
        let kept = transfer.offer(other, Ownership::of(3)).err();
        let kept = kept.map(|ownership| ownership.seen());
        let taken = taker.join().unwrap();
        assert!(matches!((kept, taken), (Some(3), None) | (None, Some(3))));
        TAKEN.lock().unwrap()[usize::from(taken.is_some())] = true;
    });
    assert_eq!(*TAKEN.lock().unwrap(), [true; 2]);
}

#[test]
fn a_worker_that_receives_the_ownership_commits() {
    model(3, || {
        let outcome = execute_in_pairs(vec![Act::Gain; 4]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.last, 4);
        assert_eq!(outcome.committed.len(), 4);
    });
    model(3, || {
        let outcome = execute_in_pairs(vec![Act::Increment; 4]);
        assert_eq!(outcome.result, Ok(()));
        assert_eq!(outcome.committed, vec![1, 2, 3, 4]);
        assert!(outcome.executions.iter().all(|count| *count <= 2));
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
    committed: Vec<u64>,
    last: u64,
    executions: Vec<usize>,
    /// Whether the second worker was to pause.
    has_paused: bool,
}

/// Executes `acts` on two workers, on one location that starts at 0.
fn execute(acts: Vec<Act>) -> Outcome {
    let order = WorkOrder::in_block_order(acts.len() as u32);
    execute_with(acts, order, false)
}

/// Executes `acts` in batches of two.
fn execute_in_pairs(acts: Vec<Act>) -> Outcome {
    let pairs = (0..acts.len() as u32).step_by(2).map(|at| at..at + 2);
    let order = WorkOrder::from_batches(&pairs.collect::<Vec<_>>()).unwrap();
    execute_with(acts, order, false)
}

/// Executes `acts` with a write predicted for each.
fn execute_predicted(acts: Vec<Act>) -> Outcome {
    let order = WorkOrder::in_block_order(acts.len() as u32);
    execute_with(acts, order, true)
}

fn execute_with(acts: Vec<Act>, order: WorkOrder, is_predicted: bool) -> Outcome {
    let count = acts.len();
    let block: &'static Block = Box::leak(Box::new(Block {
        acts,
        committed: StdMutex::default(),
        executions: (0..count)
            .map(|_| std::sync::atomic::AtomicUsize::new(0))
            .collect(),
    }));
    let memory: &'static MvMemory<u8, Counter> = Box::leak(Box::new(MvMemory::new(0)));
    let mut execution = ParallelExecution::new(block, memory, order, 2);
    if is_predicted {
        let id = memory.locate(&0, |_| Ok::<_, ()>(Counter(0))).unwrap();
        execution = execution.with_call_classes(vec![Some(CallClass(0)); count].into());
        let predictor = &execution.context().predictor;
        predictor.record_conflict(TxIndex::new(0), id, Default::default());
    }
    let execution: &'static ParallelExecution<'static, Block> = Box::leak(Box::new(execution));
    let other = thread::spawn(|| execution.work(WorkerId::new(1)));
    execution.work(WorkerId::new(0));
    other.join().unwrap();
    let has_paused = execution.context().chain_detector.pauses() > 0;
    let result = match execution.outcome() {
        Ok(_) => Ok(()),
        Err(ParallelExecutionError::Failed { index, .. }) => Err(index.get()),
        Err(error) => panic!("{error:?}"),
    };
    let last = memory
        .committed_value(&0, |_| Ok::<_, ()>(Counter(0)))
        .unwrap()
        .1
        .0;
    let committed = std::mem::take(&mut *block.committed.lock().unwrap());
    let executions = block
        .executions
        .iter()
        .map(|count| count.load(std::sync::atomic::Ordering::Relaxed))
        .collect();
    Outcome {
        result,
        committed,
        last,
        executions,
        has_paused,
    }
}

struct Block {
    acts: Vec<Act>,
    committed: StdMutex<Vec<u64>>,
    executions: Vec<std::sync::atomic::AtomicUsize>,
}

#[derive(Clone)]
struct Counter(u64);

#[derive(Clone)]
enum Write {
    Set(u64),
    Gain(u64),
}

impl Value for Counter {
    type Write = Write;
    type Read = u64;
    fn apply(&mut self, write: &Write) {
        match write {
            Write::Set(value) => self.0 = *value,
            Write::Gain(amount) => self.0 += amount,
        }
    }
    fn overwrites(write: &Write) -> bool {
        matches!(write, Write::Set(_))
    }
    fn commutes(write: &Write) -> bool {
        matches!(write, Write::Gain(_))
    }
    fn validates(&self, read: &u64) -> bool {
        self.0 == *read
    }
}

impl Program for Block {
    type Location = u8;
    type Value = Counter;
    type Output = u64;
    type Error = ();
    fn base(&self, _location: &u8) -> Result<Counter, ()> {
        Ok(Counter(0))
    }
    fn commit(&self, index: TxIndex, output: u64) -> Result<(), ()> {
        let mut committed = self.committed.lock().unwrap();
        assert_eq!(committed.len(), index.as_usize());
        committed.push(output);
        Ok(())
    }
}

impl Executable for Block {
    type Executor<'m> = Executor<'m>;
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Executor<'m> {
        Executor { block: self, view }
    }
}

struct Executor<'m> {
    block: &'m Block,
    view: View<'m, Block>,
}

impl Executor<'_> {
    fn count(&self, index: TxIndex) {
        self.block.executions[index.as_usize()].fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

impl<'m> TransactionExecutor<'m, Block> for Executor<'m> {
    fn view(&mut self) -> &mut View<'m, Block> {
        &mut self.view
    }
    fn execute(&mut self, index: TxIndex, _mode: Mode) -> Result<Progress<u64>, ()> {
        let act = self.block.acts[index.as_usize()];
        if let Act::Gain = act {
            let id = self.view.locate(&0).map_err(drop)?;
            self.view.write(id, Write::Gain(1));
            self.count(index);
            return Ok(Progress::Done(0));
        }
        let (id, Counter(value)) = match self.view.read(&0) {
            Ok(read) => read,
            Err(ReadError::Suspended) => return Ok(Progress::Suspended),
            Err(_) => return Err(()),
        };
        self.count(index);
        self.view.record_read(id, value);
        match act {
            Act::Increment => {
                self.view.write(id, Write::Set(value + 1));
                Ok(Progress::Done(value + 1))
            }
            Act::FailAtZero if value > 0 => Ok(Progress::Done(value)),
            Act::FailAboveZero if value == 0 => {
                self.view.write(id, Write::Set(5));
                Ok(Progress::Done(value))
            }
            _ => Err(()),
        }
    }
}
