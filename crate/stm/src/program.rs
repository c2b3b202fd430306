//! Program: the transactions that are executed, and the state they start from.

use crate::{Parties, TxIndex, Value};
use std::hash::Hash;

/// Ordered list of transactions and the state before it.
///
/// Its executors are in [`Executable`](crate::Executable).
pub trait Program: Sync + Sized {
    /// Whole key of a location.
    type Location: Clone + Eq + Hash + Send + Sync;
    /// Value of a location.
    type Value: Value;
    /// Output of a transaction beside its writes.
    type Output: Send;
    /// Failure of a transaction or of the state source.
    type Error: Send;

    /// Returns the value of `location` before the first transaction.
    ///
    /// # Errors
    ///
    /// The state source failed. The transaction that reads the location fails.
    fn base(&self, location: &Self::Location) -> Result<Self::Value, Self::Error>;

    /// Commits the output of transaction `index`. Called once for each transaction, in block order.
    ///
    /// # Errors
    ///
    /// The transaction is invalid at this position; the block fails.
    fn commit(&self, index: TxIndex, output: Self::Output) -> Result<(), Self::Error>;

    /// Returns accounts that transaction `index` names. Transactions of one call class that name
    /// the same account tend to write the same locations.
    fn parties(&self, _index: TxIndex) -> Parties {
        Parties::default()
    }

    /// Returns whether the execution should end without a result. Called before every transaction
    /// and every read.
    fn cancelled(&self) -> bool {
        false
    }
}
