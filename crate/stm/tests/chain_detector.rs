//! Chains are left to one worker, other blocks are not.
#![cfg(not(parevm_loom))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use parevm_stm::{
    CallClass, Executable, Mode, MvMemory, ParallelExecution, Parties, Program, Progress,
    ReadError, RecordedExecution, Threads, TimelineRecorder, TransactionExecutor, TxIndex,
    ValidationOutcome, Value, View, WorkOrder,
};
use std::{hint::black_box, time::Instant};

#[derive(Clone, Debug, PartialEq, Eq)]
struct Register(u64);

impl Value for Register {
    type Write = u64;
    type Read = u64;
    fn apply(&mut self, write: &u64) {
        self.0 = *write;
    }
    fn overwrites(_write: &u64) -> bool {
        true
    }
    fn commutes(_write: &u64) -> bool {
        false
    }
    fn validates(&self, read: &u64) -> bool {
        self.0 == *read
    }
}

/// Transfers of one token, of which some go into one account.
struct Transfers {
    /// For each, whether it goes there.
    is_hot: Vec<bool>,
}

struct Executor<'m> {
    program: &'m Transfers,
    view: View<'m, Transfers>,
}

/// The account that the hot ones go into; each other transfer goes into one of its own.
const HOT: u32 = u32::MAX;

impl Program for Transfers {
    type Location = u32;
    type Value = Register;
    type Output = ();
    type Error = ();
    fn base(&self, _location: &u32) -> Result<Register, ()> {
        Ok(Register(0))
    }
    fn commit(&self, _index: TxIndex, (): ()) -> Result<(), ()> {
        Ok(())
    }
    fn parties(&self, index: TxIndex) -> Parties {
        let to = self.receiver(index);
        [u64::from(index.get()) + 1, u64::from(to) + 1, 0]
    }
}

impl Executable for Transfers {
    type Executor<'m> = Executor<'m>;
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Executor<'m> {
        Executor {
            program: self,
            view,
        }
    }
}

impl Transfers {
    /// `count` transfers, of which `hot` in a hundred go into one account, spread evenly.
    fn new(count: u32, hot: u32) -> Self {
        let is_hot = (0..count).map(|index| index * 37 % 100 < hot);
        Self {
            is_hot: is_hot.collect(),
        }
    }

    fn receiver(&self, index: TxIndex) -> u32 {
        match self.is_hot[index.as_usize()] {
            true => HOT,
            false => index.get(),
        }
    }

    /// Executes the transfers on `workers` workers, in batches of six.
    fn execute(&self, workers: usize) -> Vec<RecordedExecution> {
        let start = Instant::now();
        let clock = || u64::try_from(start.elapsed().as_nanos()).unwrap();
        let recorder = TimelineRecorder::new(&clock);
        let memory = MvMemory::new(7);
        let count = u32::try_from(self.is_hot.len()).unwrap();
        let batches = (0..count).step_by(6).map(|at| at..count.min(at + 6));
        let order = WorkOrder::from_batches(&batches.collect::<Vec<_>>()).unwrap();
        let classes = vec![Some(CallClass(0)); self.is_hot.len()];
        ParallelExecution::new(self, &memory, order, workers)
            .with_call_classes(classes.into())
            .with_recorder(&recorder)
            .execute(&Threads::new(workers))
            .unwrap();
        recorder.take_executions()
    }
}

/// Some microseconds.
fn work() {
    for round in 0..2_000_u64 {
        black_box(round);
    }
}

impl<'m> TransactionExecutor<'m, Transfers> for Executor<'m> {
    fn view(&mut self) -> &mut View<'m, Transfers> {
        &mut self.view
    }
    fn execute(&mut self, index: TxIndex, _mode: Mode) -> Result<Progress<()>, ()> {
        work();
        let (id, Register(balance)) = match self.view.read(&self.program.receiver(index)) {
            Ok(read) => read,
            Err(ReadError::Suspended) => return Ok(Progress::Suspended),
            Err(_) => return Err(()),
        };
        self.view.record_read(id, balance);
        work();
        self.view.write(id, balance + 1);
        Ok(Progress::Done(()))
    }
}

/// Returns the least count of several executions of `transfers` on two workers, or the first count of
/// at most `enough`: on a busy machine one thread may not run for as long as a block takes.
fn least(
    transfers: &Transfers,
    enough: usize,
    count: impl Fn(&[RecordedExecution]) -> usize,
) -> usize {
    let mut least = usize::MAX;
    for _ in 0..40 {
        least = least.min(count(&transfers.execute(2)));
        if least <= enough {
            break;
        }
    }
    least
}

/// Returns the number of executions that a worker started after the other one had started its last.
fn alone(executions: &[RecordedExecution]) -> usize {
    let last = |worker| {
        let own = executions.iter().filter(|it| it.worker.get() == worker);
        own.map(|it| it.span.from).max().unwrap_or(0)
    };
    let both = last(0).min(last(1));
    executions.iter().filter(|it| it.span.from > both).count()
}

#[test]
fn two_workers_stay_where_a_part_of_the_transactions_conflict() {
    for hot in [0, 15, 25] {
        let found = least(&Transfers::new(3_000, hot), 150, alone);
        assert!(found <= 150, "{hot} %: {found} by a worker alone");
    }
}

#[test]
fn one_worker_is_left_where_all_conflict() {
    let by_the_second = |executions: &[RecordedExecution]| {
        let own = executions.iter().filter(|it| it.worker.get() == 1);
        own.filter(|it| it.validation == ValidationOutcome::Committed)
            .count()
    };
    let found = least(&Transfers::new(3_000, 100), 600, by_the_second);
    assert!(found <= 600, "{found} by the second worker");
}
