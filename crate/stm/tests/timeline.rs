//! Executions that a timeline recorder has recorded.
#![cfg(not(parevm_loom))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use parevm_stm::{
    Clock, Executable, Mode, MvMemory, ParallelExecution, Program, Progress, ReadError,
    RecordedExecution, Stats, Threads, TimelineRecorder, TransactionExecutor, TxIndex,
    ValidationOutcome, Value, View, WorkOrder,
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

/// Two transactions: the lower one writes what the higher one reads, after the
/// higher one has read it. The higher one reads something harmless before.
struct Conflict {
    has_read: Barrier,
}

struct Executor<'m> {
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
    fn base(&self, _location: &char) -> Result<Register, ()> {
        Ok(Register(0))
    }
    fn commit(&self, _index: TxIndex, (): ()) -> Result<(), ()> {
        Ok(())
    }
}

impl Executable for Conflict {
    type Executor<'m> = Executor<'m>;
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Executor<'m> {
        Executor {
            program: self,
            view,
        }
    }
}

impl<'m> TransactionExecutor<'m, Conflict> for Executor<'m> {
    fn view(&mut self) -> &mut View<'m, Conflict> {
        &mut self.view
    }
    fn execute(&mut self, index: TxIndex, mode: Mode) -> Result<Progress<()>, ()> {
        if index.get() == 0 {
            self.program.has_read.wait();
            let id = self.view.locate(&CONTESTED).map_err(drop)?;
            self.view.write(id, 7);
            return Ok(Progress::Done(()));
        }
        for location in [HARMLESS, CONTESTED] {
            let read: Result<_, ReadError<()>> = self.view.read(&location);
            let (id, value) = read.map_err(drop)?;
            self.view.record_read(id, value.0);
        }
        if mode == Mode::Optimistic {
            self.program.has_read.wait();
        }
        Ok(Progress::Done(()))
    }
}

fn execute(clock: Clock<'_>) -> (Vec<RecordedExecution>, Stats, MvMemory<char, Register>) {
    let program = Conflict {
        has_read: Barrier::new(2),
    };
    let memory = MvMemory::new(7);
    let recorder = TimelineRecorder::new(clock);
    let execution = ParallelExecution::new(&program, &memory, WorkOrder::in_block_order(2), 2)
        .with_recorder(&recorder);
    let stats = execution.execute(&Threads::new(2)).unwrap();
    (recorder.take_executions(), stats, memory)
}

#[test]
fn an_aborted_execution_names_the_location_that_invalidated_it() {
    let now = AtomicU64::new(0);
    let clock = || now.fetch_add(1, Ordering::Relaxed);
    let (executions, stats, memory) = execute(&clock);
    assert_eq!((stats.executions, stats.re_executions), (3, 1));

    let mut locations = BTreeMap::new();
    memory.for_each_location(|location, id| {
        locations.insert(*location, id);
    });
    let recorded: Vec<_> = executions
        .iter()
        .map(|it| (it.index.get(), it.mode, it.validation))
        .collect();
    let expected = [
        (0, Mode::AtCommitIndex, ValidationOutcome::Committed),
        (
            1,
            Mode::Optimistic,
            ValidationOutcome::Aborted(Some(locations[&CONTESTED])),
        ),
        (1, Mode::AtCommitIndex, ValidationOutcome::Committed),
    ];
    assert_eq!(recorded, expected);
}

#[test]
fn executions_of_one_worker_do_not_overlap() {
    let now = AtomicU64::new(0);
    let clock = || now.fetch_add(1, Ordering::Relaxed);
    let (executions, _, _) = execute(&clock);
    let is_suspended = |it: &RecordedExecution| !it.suspensions.is_empty();
    assert!(!executions.iter().any(is_suspended), "{executions:?}");
    for worker in [executions[0].worker, executions[1].worker] {
        let mut spans: Vec<_> = executions
            .iter()
            .filter(|it| it.worker == worker)
            .map(|it| it.span)
            .collect();
        spans.sort_by_key(|span| span.from);
        assert!(spans.iter().all(|span| span.from < span.to), "{spans:?}");
        assert!(
            spans.windows(2).all(|pair| pair[0].to <= pair[1].from),
            "{spans:?}"
        );
    }
    // Each optimistic execution waited for the other, so they overlapped, on two workers.
    assert_ne!(executions[0].worker, executions[1].worker);
    assert!(executions[0].span.from < executions[1].span.to);
    assert!(executions[1].span.from < executions[0].span.to);
}
