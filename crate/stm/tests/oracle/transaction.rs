//! Transactions of the random programs, and their sequential execution.

use std::collections::BTreeMap;

pub(crate) const LOCATIONS: u64 = 6;

/// Operation of a transaction. `acc` is a number that runs through the transaction, so each read
/// decides what follows.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    /// acc += value at the location
    Read(u64),
    /// acc += value at location `acc`
    Chase,
    /// the location becomes acc + 1
    Write(u64),
    /// the location gains an amount, whatever its value
    Gain(u64, u64),
    /// acc doubles if the value at the location is at least the bound
    Compare(u64, u64),
    /// the transaction fails if acc is divisible
    Fail(u64),
    /// the program suspends the execution
    Suspend,
}

pub(crate) type Transaction = Vec<Operation>;

/// State that a transaction reads and writes: the view, or the oracle's map.
pub(crate) trait State {
    fn observe(&mut self, location: u64) -> Result<u64, Stop>;
    fn compare(&mut self, location: u64, bound: u64) -> Result<bool, Stop>;
    fn set(&mut self, location: u64, value: u64);
    fn gain(&mut self, location: u64, amount: u64) -> Result<(), Stop>;
    /// Suspends the execution if it reaches this operation for the first time.
    fn suspend(&mut self, operation: usize) -> Result<(), Stop>;
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Stopped,
    Divisible,
}

/// Why an operation has no result.
pub(crate) enum Stop {
    Failure(Failure),
    /// The execution continues at this operation later.
    Suspended,
}

/// Continuation of a transaction.
#[derive(Default)]
pub(crate) struct Continuation {
    next: usize,
    acc: u64,
}

pub(crate) fn interpret(
    transaction: &Transaction,
    continuation: &mut Continuation,
    state: &mut impl State,
) -> Result<u64, Stop> {
    let acc = &mut continuation.acc;
    while let Some(operation) = transaction.get(continuation.next) {
        match operation {
            Operation::Read(location) => *acc = acc.wrapping_add(state.observe(*location)?),
            Operation::Chase => *acc = acc.wrapping_add(state.observe(*acc % LOCATIONS)?),
            Operation::Write(location) => state.set(*location, acc.wrapping_add(1)),
            Operation::Gain(location, amount) => state.gain(*location, *amount)?,
            Operation::Compare(location, bound) => {
                if state.compare(*location, *bound)? {
                    *acc = acc.wrapping_mul(2);
                }
            }
            Operation::Fail(divisor) => {
                if *acc % divisor == 1 {
                    return Err(Stop::Failure(Failure::Divisible));
                }
            }
            Operation::Suspend => state.suspend(continuation.next)?,
        }
        continuation.next += 1;
    }
    Ok(*acc)
}

/// State of the oracle: a map.
#[derive(Clone, Default)]
struct MapState(BTreeMap<u64, u64>);

impl State for MapState {
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
    fn suspend(&mut self, _operation: usize) -> Result<(), Stop> {
        Ok(())
    }
}

/// Outputs, changed locations, and the transaction that failed.
pub(crate) type Outcome = (Vec<u64>, BTreeMap<u64, u64>, Option<usize>);

/// Executes `block` one transaction after the other.
pub(crate) fn sequential(block: &[Transaction]) -> Outcome {
    let mut state = MapState::default();
    let mut outputs = Vec::new();
    for (index, transaction) in block.iter().enumerate() {
        let before = state.clone();
        match interpret(transaction, &mut Continuation::default(), &mut state) {
            Ok(output) => outputs.push(output),
            Err(_) => return (outputs, before.0, Some(index)),
        }
    }
    (outputs, state.0, None)
}
