//! Executors of a program's transactions.

use crate::{Mode, Program, TxIndex, View};

/// Program that creates executors of its transactions.
pub trait Executable: Program {
    /// Executor of one worker.
    type Executor<'m>: TransactionExecutor<'m, Self>
    where
        Self: 'm;

    /// Creates an executor that reads and writes through `view`.
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Self::Executor<'m>;
}

/// Executor of a [`Program`]'s transactions on one worker, one at a time. A worker may have several.
pub trait TransactionExecutor<'m, P: Program + 'm> {
    /// Returns the view through which this executor reads and writes.
    fn view(&mut self) -> &mut View<'m, P>;

    /// Executes transaction `index` up to its output, or until it has to wait. Its read set and
    /// write set are in the view, with at most one write for each location.
    ///
    /// The result must depend on nothing but the transaction and the values that the view
    /// returned. In [`Mode::Optimistic`] those may be a mix of states that never existed: an error
    /// is no verdict then and makes the transaction execute again, and a panic is a bug of the
    /// program.
    ///
    /// # Errors
    ///
    /// The transaction cannot be part of the block.
    fn execute(&mut self, index: TxIndex, mode: Mode) -> Result<Progress<P::Output>, P::Error>;

    /// Resumes the execution that returned [`Progress::Suspended`]; this executor has started no
    /// other since. The default restarts the transaction.
    ///
    /// # Errors
    ///
    /// As [`Self::execute`].
    fn resume(&mut self, index: TxIndex, mode: Mode) -> Result<Progress<P::Output>, P::Error> {
        self.view().restart();
        self.execute(index, mode)
    }
}

/// Progress of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<T> {
    /// The execution is complete.
    Done(T),
    /// The execution stopped at a value that is not there yet. If the view returned
    /// [`ReadError::Suspended`](crate::ReadError::Suspended), it is resumed once the lower
    /// transaction is done. If the program itself suspended it, it is resumed when the worker has
    /// nothing else to do, and may then wait in place. Other transactions run in between, on
    /// executors of their own.
    Suspended,
}
