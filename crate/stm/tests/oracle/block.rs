//! Random programs as programs of the engine.

use crate::transaction::{Continuation, Failure, Outcome, State, Stop, Transaction, interpret};
use parevm_stm::{
    CallClass, CallClasses, Executable, LocationId, Mode, MvMemory, ParallelExecution,
    ParallelExecutionError, Program, Progress, ReadError, Stats, Threads, TransactionExecutor,
    TxIndex, Value, View, WorkOrder,
};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

#[derive(Clone, Debug)]
struct Register(u64);

#[derive(Clone, Debug)]
enum Write {
    Set(u64),
    Gain(u64),
}

enum Read {
    Exactly(u64),
    AtLeast(u64, bool),
}

impl Value for Register {
    type Write = Write;
    type Read = Read;

    fn apply(&mut self, write: &Write) {
        match write {
            Write::Set(value) => self.0 = *value,
            Write::Gain(amount) => self.0 = self.0.wrapping_add(*amount),
        }
    }

    fn overwrites(write: &Write) -> bool {
        matches!(write, Write::Set(_))
    }

    fn commutes(write: &Write) -> bool {
        matches!(write, Write::Gain(_))
    }

    fn validates(&self, read: &Read) -> bool {
        match read {
            Read::Exactly(value) => self.0 == *value,
            Read::AtLeast(bound, outcome) => (self.0 >= *bound) == *outcome,
        }
    }
}

struct Block<'b> {
    transactions: &'b [Transaction],
    outputs: Mutex<Vec<u64>>,
    /// Complete executions of each transaction.
    executions: Vec<AtomicU32>,
    resumption: Resumption,
}

/// What executors do with a suspended execution.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Resumption {
    Continue,
    Restart,
}

impl Program for Block<'_> {
    type Location = u64;
    type Value = Register;
    type Output = u64;
    type Error = Failure;

    fn base(&self, location: &u64) -> Result<Register, Failure> {
        Ok(Register(*location))
    }
    fn commit(&self, index: TxIndex, output: u64) -> Result<(), Failure> {
        let mut outputs = self.outputs.lock().unwrap();
        assert_eq!(outputs.len(), index.as_usize(), "committed out of order");
        outputs.push(output);
        Ok(())
    }
}

impl<'b> Executable for Block<'b> {
    type Executor<'m>
        = Executor<'m, 'b>
    where
        Self: 'm;

    fn executor<'m>(&'m self, view: View<'m, Self>) -> Executor<'m, 'b> {
        Executor {
            block: self,
            view,
            local: Local::default(),
        }
    }
}

struct Executor<'m, 'b> {
    block: &'m Block<'b>,
    view: View<'m, Block<'b>>,
    local: Local,
}

/// Reads and writes of an execution, and its continuation.
#[derive(Default)]
struct Local {
    continuation: Continuation,
    seen: BTreeMap<u64, (LocationId, u64)>,
    own: BTreeMap<u64, Write>,
    /// Last operation that suspended the execution. Kept when it restarts.
    suspended_at: Option<usize>,
}

/// Own writes over the view, with one read and one write for each location.
struct LocalState<'v, 'm, 'b> {
    view: &'v mut View<'m, Block<'b>>,
    local: &'v mut Local,
}

impl LocalState<'_, '_, '_> {
    fn load(&mut self, location: u64) -> Result<u64, Stop> {
        if let Some((_, value)) = self.local.seen.get(&location) {
            return Ok(*value);
        }
        // Let others overtake in the middle of a transaction.
        std::thread::yield_now();
        match self.view.read(&location) {
            Ok((id, Register(value))) => {
                self.local.seen.insert(location, (id, value));
                Ok(value)
            }
            Err(ReadError::Suspended) => Err(Stop::Suspended),
            Err(ReadError::Stopped) => Err(Stop::Failure(Failure::Stopped)),
            Err(ReadError::Base(_)) => unreachable!("the base has every location"),
        }
    }
}

impl State for LocalState<'_, '_, '_> {
    fn observe(&mut self, location: u64) -> Result<u64, Stop> {
        if let Some(Write::Set(value)) = self.local.own.get(&location) {
            return Ok(*value);
        }
        let value = self.load(location)?;
        let (id, _) = self.local.seen[&location];
        self.view.record_read(id, Read::Exactly(value));
        Ok(match self.local.own.get(&location) {
            Some(Write::Gain(amount)) => value.wrapping_add(*amount),
            _ => value,
        })
    }
    fn compare(&mut self, location: u64, bound: u64) -> Result<bool, Stop> {
        if self.local.own.contains_key(&location) {
            return self.observe(location).map(|value| value >= bound);
        }
        let value = self.load(location)?;
        let (id, _) = self.local.seen[&location];
        let is_at_least = value >= bound;
        self.view.record_read(id, Read::AtLeast(bound, is_at_least));
        Ok(is_at_least)
    }
    fn set(&mut self, location: u64, value: u64) {
        self.local.own.insert(location, Write::Set(value));
    }
    fn gain(&mut self, location: u64, amount: u64) -> Result<(), Stop> {
        let write = match self.local.own.get(&location) {
            Some(Write::Set(value)) => Write::Set(value.wrapping_add(amount)),
            Some(Write::Gain(before)) => Write::Gain(before.wrapping_add(amount)),
            None => Write::Gain(amount),
        };
        self.local.own.insert(location, write);
        Ok(())
    }
    fn suspend(&mut self, operation: usize) -> Result<(), Stop> {
        if self.local.suspended_at >= Some(operation) {
            return Ok(());
        }
        self.local.suspended_at = Some(operation);
        Err(Stop::Suspended)
    }
}

impl Executor<'_, '_> {
    fn run(&mut self, index: TxIndex) -> Result<Progress<u64>, Failure> {
        let transaction = &self.block.transactions[index.as_usize()];
        let Self { view, local, .. } = self;
        let mut continuation = std::mem::take(&mut local.continuation);
        let mut state = LocalState { view, local };
        let ran = interpret(transaction, &mut continuation, &mut state);
        local.continuation = continuation;
        if let Err(Stop::Suspended) = ran {
            return Ok(Progress::Suspended);
        }
        self.block.executions[index.as_usize()].fetch_add(1, Ordering::Relaxed);
        let output = match ran {
            Ok(output) => output,
            Err(Stop::Failure(failure)) => return Err(failure),
            Err(Stop::Suspended) => unreachable!("the execution is complete"),
        };
        for (location, write) in std::mem::take(&mut local.own) {
            let Ok(id) = view.locate(&location) else {
                return Err(Failure::Stopped);
            };
            match write {
                Write::Gain(4) => view.write_deferred(id, write),
                _ => view.write(id, write),
            }
        }
        Ok(Progress::Done(output))
    }
}

impl<'m, 'b: 'm> TransactionExecutor<'m, Block<'b>> for Executor<'m, 'b> {
    fn view(&mut self) -> &mut View<'m, Block<'b>> {
        &mut self.view
    }
    fn execute(&mut self, index: TxIndex, _mode: Mode) -> Result<Progress<u64>, Failure> {
        self.local = Local::default();
        self.run(index)
    }
    fn resume(&mut self, index: TxIndex, _mode: Mode) -> Result<Progress<u64>, Failure> {
        if let Resumption::Restart = self.block.resumption {
            self.view.restart();
            let suspended_at = self.local.suspended_at;
            self.local = Local {
                suspended_at,
                ..Local::default()
            };
        }
        self.run(index)
    }
}

/// Parameters of a parallel execution.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Transactions of a batch.
    pub(crate) batch: u32,
    /// Rank of each batch in the work order.
    pub(crate) ranks: Vec<u64>,
    /// Number of call classes.
    pub(crate) classes: u32,
    pub(crate) resumption: Resumption,
}

pub(crate) const BLOCK_ORDER: Plan = Plan {
    batch: 1,
    ranks: Vec::new(),
    classes: 0,
    resumption: Resumption::Continue,
};

impl Plan {
    fn work_order(&self, count: u32) -> WorkOrder {
        let firsts = (0..count).step_by(self.batch as usize);
        let mut batches: Vec<_> = firsts
            .map(|first| first..count.min(first + self.batch))
            .collect();
        let rank = |first: u32| self.ranks.get(first as usize).copied().unwrap_or(0);
        batches.sort_by_key(|batch| rank(batch.start));
        WorkOrder::from_batches(&batches).unwrap()
    }

    fn classes(&self, count: u32) -> CallClasses {
        (0..count)
            .map(|index| index.checked_rem(self.classes).map(CallClass))
            .collect()
    }
}

/// Executes `block` on `workers` threads.
pub(crate) fn parallel(block: &[Transaction], workers: usize, plan: &Plan) -> (Outcome, Stats) {
    let program = Block {
        transactions: block,
        outputs: Mutex::default(),
        executions: block.iter().map(|_| AtomicU32::new(0)).collect(),
        resumption: plan.resumption,
    };
    let memory = MvMemory::new(7);
    let count = block.len() as u32;
    let execution = ParallelExecution::new(&program, &memory, plan.work_order(count), workers);
    let execution = execution.with_call_classes(plan.classes(count));
    let (stats, failed) = match execution.execute(&Threads::new(workers)) {
        Ok(stats) => {
            assert_eq!(stats.executions, block.len() as u32 + stats.re_executions);
            (stats, None)
        }
        Err(ParallelExecutionError::Failed { index, source }) => {
            assert_eq!(source, Failure::Divisible);
            (Stats::default(), Some(index.as_usize()))
        }
        Err(error) => panic!("{error}"),
    };
    for (index, executions) in program.executions.iter().enumerate() {
        assert!(
            executions.load(Ordering::Relaxed) <= 2,
            "transaction {index} was executed more than twice"
        );
    }
    let mut state = BTreeMap::new();
    memory.for_each_change(|change| {
        state.insert(*change.location, change.after.0);
    });
    let outputs = program.outputs.into_inner().unwrap();
    ((outputs, state, failed), stats)
}
