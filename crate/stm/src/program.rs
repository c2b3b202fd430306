//! What the engine must be told about the transactions it runs.

use crate::{Mode, Parties, TxIndex, Value, View};
use std::hash::Hash;

/// A list of transactions and the state they start from.
pub trait Program: Sync + Sized {
    /// The whole key of a location.
    type Location: Clone + Eq + Hash + Send + Sync;
    /// What a location holds.
    type Value: Value;
    /// What a transaction returns beside its writes.
    type Output: Send;
    /// Why a transaction has no output, or the state did not answer.
    type Error: Send;
    /// Runs transactions on one worker.
    type Executor<'m>: Executor<'m, Self>
    where
        Self: 'm;

    /// The value of `location` before the first transaction.
    ///
    /// # Errors
    ///
    /// The state has no answer. A transaction that asked for it fails.
    fn base(&self, location: &Self::Location) -> Result<Self::Value, Self::Error>;

    /// A new executor that reads and writes through `view`.
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Self::Executor<'m>;

    /// Takes the output of transaction `index`, which is final. Called once for
    /// each transaction, in order.
    ///
    /// # Errors
    ///
    /// The transaction may not stand where it stands; the block fails.
    fn settle(&self, index: TxIndex, output: Self::Output) -> Result<(), Self::Error>;

    /// Accounts that transaction `index` names. Those of one kind that name the same account tend to
    /// write the same.
    fn parties(&self, _index: TxIndex) -> Parties {
        Parties::default()
    }

    /// Whether the run should end without a result. Asked before every
    /// transaction and every read.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Runs transactions of a [`Program`] on one worker, one at a time. A worker
/// may have more than one.
pub trait Executor<'m, P: Program + 'm> {
    /// Where this executor reads and writes.
    fn view(&mut self) -> &mut View<'m, P>;

    /// Runs transaction `index` up to its output, or until it has to wait. Its
    /// reads and writes are in the view, with at most one patch for each location.
    ///
    /// The result must depend on nothing but the transaction and what the view
    /// returned. In [`Mode::Optimistic`] that may be a mix of states that never
    /// was; an error or a panic of the program is then no verdict, so an error
    /// makes the transaction run again, and a panic is a bug of the program.
    ///
    /// # Errors
    ///
    /// The transaction cannot be part of the block.
    fn execute(&mut self, index: TxIndex, mode: Mode) -> Result<Step<P::Output>, P::Error>;

    /// Goes on with the run that has returned [`Step::Suspended`]; no other was
    /// begun on this executor since. Unless this says otherwise, it starts anew.
    ///
    /// # Errors
    ///
    /// As [`Self::execute`].
    fn resume(&mut self, index: TxIndex, mode: Mode) -> Result<Step<P::Output>, P::Error> {
        self.view().restart();
        self.execute(index, mode)
    }
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// To its end.
    Done(T),
    /// To a read that has no value yet. If the view said so
    /// ([`ReadError::Suspended`](crate::ReadError::Suspended)), it is resumed when
    /// the lower transaction is done. If the program itself did, it is resumed when
    /// the worker has nothing else to do, and may then wait in place. Other
    /// transactions run in between, on executors of their own.
    Suspended,
}
