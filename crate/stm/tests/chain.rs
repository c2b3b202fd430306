//! Which blocks are left to one worker: chains, and no others.
#![cfg(not(parevm_loom))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use parevm_stm::{
    Executor, Incarnation, Memory, Mode, Outcome, Parties, Program, ReadError, Recorder, Run, Step,
    Threads, TxIndex, Value, View, WorkOrder,
};
use std::{hint::black_box, time::Instant};

#[derive(Clone, Debug, PartialEq, Eq)]
struct Register(u64);

impl Value for Register {
    type Patch = u64;
    type Check = u64;
    fn apply(&mut self, patch: &u64) {
        self.0 = *patch;
    }
    fn overwrites(_patch: &u64) -> bool {
        true
    }
    fn commutes(_patch: &u64) -> bool {
        false
    }
    fn admits(&self, check: &u64) -> bool {
        self.0 == *check
    }
}

/// Transfers of one token, of which some go into one account.
struct Transfers {
    /// For each, whether it goes there.
    is_hot: Vec<bool>,
}

struct Worker<'m> {
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
    type Executor<'m> = Worker<'m>;
    fn base(&self, _location: &u32) -> Result<Register, ()> {
        Ok(Register(0))
    }
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Worker<'m> {
        Worker {
            program: self,
            view,
        }
    }
    fn settle(&self, _index: TxIndex, (): ()) -> Result<(), ()> {
        Ok(())
    }
    fn parties(&self, index: TxIndex) -> Parties {
        let to = self.receiver(index);
        [u64::from(index.get()) + 1, u64::from(to) + 1, 0]
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

    /// What each worker ran when, by `workers` workers that claim some at a time.
    fn run(&self, workers: usize) -> Vec<Incarnation> {
        let start = Instant::now();
        let clock = || u64::try_from(start.elapsed().as_nanos()).unwrap();
        let recorder = Recorder::new(&clock);
        let memory = Memory::new(7);
        let count = u32::try_from(self.is_hot.len()).unwrap();
        let batches = (0..count).step_by(6).map(|at| at..count.min(at + 6));
        let order = WorkOrder::from_batches(&batches.collect::<Vec<_>>()).unwrap();
        let kinds = vec![Some(0); self.is_hot.len()];
        Run::new(self, &memory, order, workers)
            .predicted_by(kinds.into())
            .recorded_by(&recorder)
            .execute(&Threads::new(workers))
            .unwrap();
        recorder.incarnations()
    }
}

/// Some microseconds.
fn work() {
    for round in 0..2_000_u64 {
        black_box(round);
    }
}

impl<'m> Executor<'m, Transfers> for Worker<'m> {
    fn view(&mut self) -> &mut View<'m, Transfers> {
        &mut self.view
    }
    fn execute(&mut self, index: TxIndex, _mode: Mode) -> Result<Step<()>, ()> {
        work();
        let (id, Register(balance)) = match self.view.read(&self.program.receiver(index)) {
            Ok(read) => read,
            Err(ReadError::Suspended) => return Ok(Step::Suspended),
            Err(_) => return Err(()),
        };
        self.view.rely(id, balance);
        work();
        self.view.write(id, balance + 1);
        Ok(Step::Done(()))
    }
}

/// The least that `count` finds in runs of `transfers` by two workers, or the first that is at most
/// `enough`: where the machine is busy, one thread may not run for as long as a block takes.
fn least(transfers: &Transfers, enough: usize, count: impl Fn(&[Incarnation]) -> usize) -> usize {
    let mut least = usize::MAX;
    for _ in 0..40 {
        least = least.min(count(&transfers.run(2)));
        if least <= enough {
            break;
        }
    }
    least
}

/// Runs that a worker began when the other one had begun its last.
fn alone(runs: &[Incarnation]) -> usize {
    let last = |worker| {
        let own = runs.iter().filter(|run| run.worker.get() == worker);
        own.map(|run| run.span.from).max().unwrap_or(0)
    };
    let both = last(0).min(last(1));
    runs.iter().filter(|run| run.span.from > both).count()
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
    let by_the_second = |runs: &[Incarnation]| {
        let own = runs.iter().filter(|run| run.worker.get() == 1);
        own.filter(|run| run.outcome == Outcome::Final).count()
    };
    let found = least(&Transfers::new(3_000, 100), 600, by_the_second);
    assert!(found <= 600, "{found} by the second worker");
}
