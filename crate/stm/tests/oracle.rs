//! Random programs on any number of workers leave what a plain loop leaves.
#![cfg(not(parevm_loom))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use parevm_stm::{
    Executor, Kinds, Memory, Mode, Program, ReadError, Run, RunError, Step as Progress, Threads,
    TxIndex, Value, View, WorkOrder,
};
use proptest::prelude::*;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

const LOCATIONS: u64 = 6;

/// How many of `count` to try: few under Miri, which is some thousand times slower.
const fn scaled(count: usize) -> usize {
    if cfg!(miri) { count / 40 } else { count }
}

/// One step of a transaction. `acc` is a number that runs through it, so what
/// is read decides what is done next.
#[derive(Clone, Debug)]
enum Step {
    /// acc += value at the location
    Read(u64),
    /// acc += value at location `acc`
    Chase,
    /// the location becomes acc + 1
    Write(u64),
    /// the location gains an amount, whatever it holds
    Gain(u64, u64),
    /// acc doubles if the location holds at least the bound
    Compare(u64, u64),
    /// the transaction fails if acc is divisible
    Fail(u64),
    /// the run is suspended, though nobody is in its way
    Pause,
}

type Transaction = Vec<Step>;

#[derive(Clone, Debug)]
struct Register(u64);

#[derive(Clone, Debug)]
enum Patch {
    Set(u64),
    Gain(u64),
}

enum Check {
    Exactly(u64),
    AtLeast(u64, bool),
}

impl Value for Register {
    type Patch = Patch;
    type Check = Check;

    fn apply(&mut self, patch: &Patch) {
        match patch {
            Patch::Set(value) => self.0 = *value,
            Patch::Gain(amount) => self.0 = self.0.wrapping_add(*amount),
        }
    }

    fn overwrites(patch: &Patch) -> bool {
        matches!(patch, Patch::Set(_))
    }

    fn commutes(patch: &Patch) -> bool {
        matches!(patch, Patch::Gain(_))
    }

    fn admits(&self, check: &Check) -> bool {
        match check {
            Check::Exactly(value) => self.0 == *value,
            Check::AtLeast(bound, outcome) => (self.0 >= *bound) == *outcome,
        }
    }
}

/// Where a transaction reads and writes: the memory, or the oracle's map.
trait State {
    fn observe(&mut self, location: u64) -> Result<u64, Stop>;
    fn compare(&mut self, location: u64, bound: u64) -> Result<bool, Stop>;
    fn set(&mut self, location: u64, value: u64);
    fn gain(&mut self, location: u64, amount: u64) -> Result<(), Stop>;
    /// Suspends the run if it comes to this step the first time.
    fn pause(&mut self, step: usize) -> Result<(), Stop>;
}

#[derive(Debug, PartialEq, Eq)]
enum Failure {
    Stopped,
    Divisible,
}

/// Why a step gave nothing.
enum Stop {
    Failure(Failure),
    /// The run is to go on at this step.
    Suspended,
}

/// Where a transaction is in the middle.
#[derive(Default)]
struct Place {
    next: usize,
    acc: u64,
}

fn interpret(
    transaction: &Transaction,
    place: &mut Place,
    state: &mut impl State,
) -> Result<u64, Stop> {
    let acc = &mut place.acc;
    while let Some(step) = transaction.get(place.next) {
        match step {
            Step::Read(location) => *acc = acc.wrapping_add(state.observe(*location)?),
            Step::Chase => *acc = acc.wrapping_add(state.observe(*acc % LOCATIONS)?),
            Step::Write(location) => state.set(*location, acc.wrapping_add(1)),
            Step::Gain(location, amount) => state.gain(*location, *amount)?,
            Step::Compare(location, bound) => {
                if state.compare(*location, *bound)? {
                    *acc = acc.wrapping_mul(2);
                }
            }
            Step::Fail(divisor) => {
                if *acc % divisor == 1 {
                    return Err(Stop::Failure(Failure::Divisible));
                }
            }
            Step::Pause => state.pause(place.next)?,
        }
        place.next += 1;
    }
    Ok(*acc)
}

/// The oracle: a plain map, one transaction after the other.
#[derive(Clone, Default)]
struct Plain(BTreeMap<u64, u64>);

impl State for Plain {
    fn observe(&mut self, location: u64) -> Result<u64, Stop> {
        Ok(*self.0.get(&location).unwrap_or(&location))
    }
    fn compare(&mut self, location: u64, bound: u64) -> Result<bool, Stop> {
        self.observe(location).map(|value| value >= bound)
    }
    fn set(&mut self, location: u64, value: u64) {
        self.0.insert(location, value);
    }
    fn gain(&mut self, location: u64, amount: u64) -> Result<(), Stop> {
        let value = self.observe(location)?;
        self.0.insert(location, value.wrapping_add(amount));
        Ok(())
    }
    fn pause(&mut self, _step: usize) -> Result<(), Stop> {
        Ok(())
    }
}

type Outcome = (Vec<u64>, BTreeMap<u64, u64>, Option<usize>);

fn sequential(block: &[Transaction]) -> Outcome {
    let mut state = Plain::default();
    let mut outputs = Vec::new();
    for (index, transaction) in block.iter().enumerate() {
        let before = state.clone();
        match interpret(transaction, &mut Place::default(), &mut state) {
            Ok(output) => outputs.push(output),
            Err(_) => return (outputs, before.0, Some(index)),
        }
    }
    (outputs, state.0, None)
}

struct Block<'b> {
    transactions: &'b [Transaction],
    outputs: Mutex<Vec<u64>>,
    /// Runs that came to an end, of each transaction.
    runs: Vec<AtomicU32>,
    resumption: Resumption,
}

/// What executors do with a run that was suspended.
#[derive(Clone, Copy, Debug)]
enum Resumption {
    GoOn,
    StartAnew,
}

impl<'b> Program for Block<'b> {
    type Location = u64;
    type Value = Register;
    type Output = u64;
    type Error = Failure;
    type Executor<'m>
        = Worker<'m, 'b>
    where
        Self: 'm;

    fn base(&self, location: &u64) -> Result<Register, Failure> {
        Ok(Register(*location))
    }
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Worker<'m, 'b> {
        Worker {
            block: self,
            view,
            local: Local::default(),
        }
    }
    fn settle(&self, index: TxIndex, output: u64) -> Result<(), Failure> {
        let mut outputs = self.outputs.lock().unwrap();
        assert_eq!(outputs.len(), index.as_usize(), "settled out of order");
        outputs.push(output);
        Ok(())
    }
}

struct Worker<'m, 'b> {
    block: &'m Block<'b>,
    view: View<'m, Block<'b>>,
    local: Local,
}

/// What a run has read and written, and how far it is.
#[derive(Default)]
struct Local {
    place: Place,
    seen: BTreeMap<u64, (parevm_stm::LocationId, u64)>,
    own: BTreeMap<u64, Patch>,
    /// The last step that suspended the run. Kept when it starts anew.
    paused: Option<usize>,
}

/// Own writes over the view, one read and one patch for each location.
struct Window<'v, 'm, 'b> {
    view: &'v mut View<'m, Block<'b>>,
    local: &'v mut Local,
}

impl Window<'_, '_, '_> {
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

impl State for Window<'_, '_, '_> {
    fn observe(&mut self, location: u64) -> Result<u64, Stop> {
        if let Some(Patch::Set(value)) = self.local.own.get(&location) {
            return Ok(*value);
        }
        let value = self.load(location)?;
        let (id, _) = self.local.seen[&location];
        self.view.rely(id, Check::Exactly(value));
        Ok(match self.local.own.get(&location) {
            Some(Patch::Gain(amount)) => value.wrapping_add(*amount),
            _ => value,
        })
    }
    fn compare(&mut self, location: u64, bound: u64) -> Result<bool, Stop> {
        if self.local.own.contains_key(&location) {
            return self.observe(location).map(|value| value >= bound);
        }
        let value = self.load(location)?;
        let (id, _) = self.local.seen[&location];
        self.view.rely(id, Check::AtLeast(bound, value >= bound));
        Ok(value >= bound)
    }
    fn set(&mut self, location: u64, value: u64) {
        self.local.own.insert(location, Patch::Set(value));
    }
    fn gain(&mut self, location: u64, amount: u64) -> Result<(), Stop> {
        let patch = match self.local.own.get(&location) {
            Some(Patch::Set(value)) => Patch::Set(value.wrapping_add(amount)),
            Some(Patch::Gain(before)) => Patch::Gain(before.wrapping_add(amount)),
            None => Patch::Gain(amount),
        };
        self.local.own.insert(location, patch);
        Ok(())
    }
    fn pause(&mut self, step: usize) -> Result<(), Stop> {
        if self.local.paused >= Some(step) {
            return Ok(());
        }
        self.local.paused = Some(step);
        Err(Stop::Suspended)
    }
}

impl Worker<'_, '_> {
    fn run(&mut self, index: TxIndex) -> Result<Progress<u64>, Failure> {
        let transaction = &self.block.transactions[index.as_usize()];
        let Self { view, local, .. } = self;
        let mut place = std::mem::take(&mut local.place);
        let ran = interpret(transaction, &mut place, &mut Window { view, local });
        local.place = place;
        if let Err(Stop::Suspended) = ran {
            return Ok(Progress::Suspended);
        }
        self.block.runs[index.as_usize()].fetch_add(1, Ordering::Relaxed);
        let output = match ran {
            Ok(output) => output,
            Err(Stop::Failure(failure)) => return Err(failure),
            Err(Stop::Suspended) => unreachable!("it has ended"),
        };
        for (location, patch) in std::mem::take(&mut local.own) {
            let Ok(id) = view.locate(&location) else {
                return Err(Failure::Stopped);
            };
            match patch {
                // Others see such a gain only when it is final.
                Patch::Gain(4) => view.write_blind(id, patch),
                _ => view.write(id, patch),
            }
        }
        Ok(Progress::Done(output))
    }
}

impl<'m, 'b: 'm> Executor<'m, Block<'b>> for Worker<'m, 'b> {
    fn view(&mut self) -> &mut View<'m, Block<'b>> {
        &mut self.view
    }
    fn execute(&mut self, index: TxIndex, _mode: Mode) -> Result<Progress<u64>, Failure> {
        self.local = Local::default();
        self.run(index)
    }
    fn resume(&mut self, index: TxIndex, _mode: Mode) -> Result<Progress<u64>, Failure> {
        if let Resumption::StartAnew = self.block.resumption {
            self.view.restart();
            let paused = self.local.paused;
            self.local = Local {
                paused,
                ..Local::default()
            };
        }
        self.run(index)
    }
}

/// How transactions are handed out.
#[derive(Clone, Debug)]
struct Plan {
    /// How many are claimed together.
    batch: u32,
    /// Rank of each batch in the work order.
    order: Vec<u64>,
    /// How many kinds there are.
    kinds: u32,
    resumption: Resumption,
}

const IN_ORDER: Plan = Plan {
    batch: 1,
    order: Vec::new(),
    kinds: 0,
    resumption: Resumption::GoOn,
};

impl Plan {
    fn work_order(&self, count: u32) -> WorkOrder {
        let batches = (0..count).step_by(self.batch as usize);
        let mut batches: Vec<_> = batches
            .map(|first| first..count.min(first + self.batch))
            .collect();
        let place = |first: u32| self.order.get(first as usize).copied().unwrap_or(0);
        batches.sort_by_key(|batch| place(batch.start));
        WorkOrder::from_batches(&batches).unwrap()
    }

    fn kinds(&self, count: u32) -> Kinds {
        (0..count)
            .map(|index| index.checked_rem(self.kinds))
            .collect()
    }
}

/// The outcome on `workers` threads.
fn parallel(block: &[Transaction], workers: usize, plan: &Plan) -> Outcome {
    let program = Block {
        transactions: block,
        outputs: Mutex::default(),
        runs: block.iter().map(|_| AtomicU32::new(0)).collect(),
        resumption: plan.resumption,
    };
    let memory = Memory::new(7);
    let count = block.len() as u32;
    let run = Run::new(&program, &memory, plan.work_order(count), workers);
    let run = run.predicted_by(plan.kinds(count));
    let failed = match run.execute(&Threads::new(workers)) {
        Ok(stats) => {
            assert_eq!(stats.executions, block.len() as u32 + stats.re_executions);
            None
        }
        Err(RunError::Failed { index, source }) => {
            assert_eq!(source, Failure::Divisible);
            Some(index.as_usize())
        }
        Err(error) => panic!("{error}"),
    };
    for (index, runs) in program.runs.iter().enumerate() {
        assert!(
            runs.load(Ordering::Relaxed) <= 2,
            "transaction {index} ran more than twice"
        );
    }
    let mut state = BTreeMap::new();
    memory.for_each_change(|change| {
        state.insert(*change.location, change.after.0);
    });
    (program.outputs.into_inner().unwrap(), state, failed)
}

fn step() -> impl Strategy<Value = Step> {
    let location = 0..LOCATIONS;
    prop_oneof![
        3 => location.clone().prop_map(Step::Read),
        2 => Just(Step::Chase),
        3 => location.clone().prop_map(Step::Write),
        3 => (location.clone(), 0..5_u64).prop_map(|(at, amount)| Step::Gain(at, amount)),
        2 => (location, 0..20_u64).prop_map(|(at, bound)| Step::Compare(at, bound)),
        1 => (50..90_u64).prop_map(Step::Fail),
        1 => Just(Step::Pause),
    ]
}

fn block() -> impl Strategy<Value = Vec<Transaction>> {
    prop::collection::vec(
        prop::collection::vec(step(), 1..6),
        0..if cfg!(miri) { 8 } else { 40 },
    )
}

/// Nearly everybody gains at one of two locations, so that most gains are seen
/// by nobody before they are final; some rely on the very sum.
fn hot_block() -> impl Strategy<Value = Vec<Transaction>> {
    let location = 0..2_u64;
    let step = prop_oneof![
        12 => (location.clone(), 0..5_u64).prop_map(|(at, amount)| Step::Gain(at, amount)),
        6 => (location.clone(), 0..60_u64).prop_map(|(at, bound)| Step::Compare(at, bound)),
        1 => location.clone().prop_map(Step::Read),
        1 => location.prop_map(Step::Write),
    ];
    prop::collection::vec(
        prop::collection::vec(step, 1..4),
        0..if cfg!(miri) { 12 } else { 120 },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    let out_of_order = prop::collection::vec(0..6_u64, 120);
    let order = prop_oneof![Just(Vec::new()), out_of_order];
    let resumption = prop_oneof![Just(Resumption::GoOn), Just(Resumption::StartAnew)];
    (1..5_u32, order, 0..4_u32, resumption).prop_map(|(batch, order, kinds, resumption)| Plan {
        batch,
        order,
        kinds,
        resumption,
    })
}

/// Zero-gain patches count as written in one and not in the other; only values
/// that differ from the base are compared.
fn changed(state: &BTreeMap<u64, u64>) -> BTreeMap<u64, u64> {
    state
        .iter()
        .filter(|(at, value)| at != value)
        .map(|(at, value)| (*at, *value))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: scaled(600) as u32,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_number_of_workers_leaves_what_a_loop_leaves(
        block in prop_oneof![3 => block(), 1 => hot_block()],
        workers in 1..9_usize,
        plan in plan(),
    ) {
        let (outputs, state, failed) = sequential(&block);
        let (seen_outputs, seen_state, seen_failed) = parallel(&block, workers, &plan);
        prop_assert_eq!(seen_failed, failed);
        prop_assert_eq!(seen_outputs, outputs);
        prop_assert_eq!(changed(&seen_state), changed(&state));
    }
}

#[test]
fn an_empty_block_ends() {
    assert_eq!(parallel(&[], 4, &IN_ORDER), (vec![], BTreeMap::new(), None));
}

#[test]
fn a_chain_of_dependent_transactions_ends_in_order() {
    let count = scaled(500) as u64;
    let block = vec![vec![Step::Read(0), Step::Write(0)]; count as usize];
    let (outputs, state, _) = parallel(&block, 8, &IN_ORDER);
    assert_eq!(outputs, (0..count).collect::<Vec<_>>());
    assert_eq!(state, BTreeMap::from([(0, count)]));
}

#[test]
fn gains_of_one_location_are_no_conflict() {
    let block = vec![vec![Step::Compare(3, 3), Step::Gain(3, 2)]; scaled(300)];
    let program = Block {
        transactions: &block,
        outputs: Mutex::default(),
        runs: block.iter().map(|_| AtomicU32::new(0)).collect(),
        resumption: Resumption::GoOn,
    };
    let memory = Memory::new(7);
    let run = Run::new(
        &program,
        &memory,
        WorkOrder::in_block_order(block.len() as u32),
        4,
    );
    let stats = run.execute(&Threads::new(4)).unwrap();
    assert_eq!(stats.re_executions, 0);
}
