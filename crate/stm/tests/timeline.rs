//! What a recorder tells of a run.
#![cfg(not(parevm_loom))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use parevm_stm::{
    Clock, Executor, Incarnation, Memory, Mode, Outcome, Program, ReadError, Recorder, Run, Stats,
    Step, Threads, TxIndex, Value, View, WorkOrder,
};
use std::{
    collections::BTreeMap,
    sync::{
        Barrier,
        atomic::{AtomicU64, Ordering},
    },
};

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

/// Two transactions: the lower one writes what the higher one reads, after the
/// higher one has read it. The higher one reads something harmless before.
struct Conflict {
    has_read: Barrier,
}

struct Worker<'m> {
    program: &'m Conflict,
    view: View<'m, Conflict>,
}

const HARMLESS: char = 'a';
const CONTESTED: char = 'b';

impl Program for Conflict {
    type Location = char;
    type Value = Register;
    type Output = ();
    type Error = ();
    type Executor<'m> = Worker<'m>;
    fn base(&self, _location: &char) -> Result<Register, ()> {
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
}

impl<'m> Executor<'m, Conflict> for Worker<'m> {
    fn view(&mut self) -> &mut View<'m, Conflict> {
        &mut self.view
    }
    fn execute(&mut self, index: TxIndex, mode: Mode) -> Result<Step<()>, ()> {
        if index.get() == 0 {
            self.program.has_read.wait();
            let id = self.view.locate(&CONTESTED).map_err(drop)?;
            self.view.write(id, 7);
            return Ok(Step::Done(()));
        }
        for location in [HARMLESS, CONTESTED] {
            let read: Result<_, ReadError<()>> = self.view.read(&location);
            let (id, value) = read.map_err(drop)?;
            self.view.rely(id, value.0);
        }
        if mode == Mode::Optimistic {
            self.program.has_read.wait();
        }
        Ok(Step::Done(()))
    }
}

fn run(clock: Clock<'_>) -> (Vec<Incarnation>, Stats, Memory<char, Register>) {
    let program = Conflict {
        has_read: Barrier::new(2),
    };
    let memory = Memory::new(7);
    let recorder = Recorder::new(clock);
    let run = Run::new(&program, &memory, WorkOrder::in_block_order(2), 2).recorded_by(&recorder);
    let stats = run.execute(&Threads::new(2)).unwrap();
    (recorder.incarnations(), stats, memory)
}

#[test]
fn a_re_run_names_the_location_that_caused_it() {
    let now = AtomicU64::new(0);
    let clock = || now.fetch_add(1, Ordering::Relaxed);
    let (runs, stats, memory) = run(&clock);
    assert_eq!((stats.executions, stats.re_executions), (3, 1));

    let mut locations = BTreeMap::new();
    memory.for_each_location(|location, id| {
        locations.insert(*location, id);
    });
    let told: Vec<_> = runs
        .iter()
        .map(|run| (run.index.get(), run.mode, run.outcome))
        .collect();
    let expected = [
        (0, Mode::Final, Outcome::Final),
        (
            1,
            Mode::Optimistic,
            Outcome::Rerun(Some(locations[&CONTESTED])),
        ),
        (1, Mode::Final, Outcome::Final),
    ];
    assert_eq!(told, expected);
}

#[test]
fn every_run_has_its_time_and_no_worker_two_at_once() {
    let now = AtomicU64::new(0);
    let clock = || now.fetch_add(1, Ordering::Relaxed);
    let (runs, _, _) = run(&clock);
    assert!(runs.iter().all(|run| run.waits.is_empty()), "{runs:?}");
    for worker in [runs[0].worker, runs[1].worker] {
        let mut spans: Vec<_> = runs
            .iter()
            .filter(|run| run.worker == worker)
            .map(|run| run.span)
            .collect();
        spans.sort_by_key(|span| span.from);
        assert!(spans.iter().all(|span| span.from < span.to), "{spans:?}");
        assert!(
            spans.windows(2).all(|pair| pair[0].to <= pair[1].from),
            "{spans:?}"
        );
    }
    // The two first runs met, so they ran at the same time, on two workers.
    assert_ne!(runs[0].worker, runs[1].worker);
    assert!(runs[0].span.from < runs[1].span.to);
    assert!(runs[1].span.from < runs[0].span.to);
}
