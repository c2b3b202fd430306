//! Executors of a block.
//!
//! [`sequential`] is the specification: every other executor returns the same. An executor commits the
//! transactions into a [`BlockExecution`] and returns an [`ExecutionOutput`];
//! [`ExecutionOutput::into_outcome`] computes the [`BlockOutcome`]. The engine's plan chooses the executor.

pub(crate) mod bal;
mod block_execution;
mod execution_output;
mod executor;
mod gas_pool;
pub(crate) mod optimistic;
mod outcome;
pub(crate) mod pool_workers;
mod post_state;
mod receipt;
pub mod sequential;
pub mod timeline;
mod work_order;

pub use crate::error::ExecuteError;
pub use bal::partial_result::{BalBlock, BalWorker, PartialResult, PartialResultError, batches};
pub use block_execution::BlockExecution;
pub use execution_output::ExecutionOutput;
pub use executor::{Executor, UnknownExecutor};
pub use gas_pool::GasPool;
pub use outcome::{BlockOutcome, ExecutionReport};
pub use post_state::PostState;
pub use receipt::Receipt;
pub use receipt::{receipts_root, receipts_root_with};
pub use sequential::{Sequential, StepError};

use crate::bal::BlockAccessList;
use timeline::Clock;

use std::{fmt, sync::atomic::AtomicBool};

/// Options of a block execution.
#[derive(Clone, Copy, Default)]
pub struct ExecuteOptions<'a> {
    /// Executor.
    pub executor: Executor,
    /// Access list of the block, for [`Executor::Bal`]. It may be wrong: the block is then executed without it.
    pub access_list: Option<&'a BlockAccessList>,
    /// Whether the outcome holds the block's access list. [`Executor::Bal`] without a list always returns one.
    pub access_list_output: AccessListOutput,
    /// Flag that ends the execution with [`ExecuteError::Cancelled`] once it is true.
    pub cancel: Option<&'a AtomicBool>,
    /// Callback with the number of committed transactions, called as [`Self::on_receipt`] is.
    pub progress: Option<&'a (dyn Fn(usize) + Sync)>,
    /// Callback with each receipt, in block order, as soon as its transaction is committed. If the execution
    /// fails later, the receipts are invalid.
    ///
    /// The thread that commits the transaction calls it, one call at a time; no other transaction is committed
    /// meanwhile. It must not call the engine.
    pub on_receipt: Option<&'a (dyn Fn(&Receipt) + Sync)>,
    /// Clock of the timeline in [`ExecutionReport::timeline`]. Default: no timeline.
    pub timeline: Option<Clock<'a>>,
}

/// Whether an outcome holds the block's access list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessListOutput {
    /// No list. Building one costs time.
    #[default]
    Omitted,
    /// A list.
    Returned,
}

impl fmt::Debug for ExecuteOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecuteOptions")
            .field("executor", &self.executor)
            .field("access_list", &self.access_list.is_some())
            .field("access_list_output", &self.access_list_output)
            .field("cancel", &self.cancel)
            .field("progress", &self.progress.is_some())
            .field("on_receipt", &self.on_receipt.is_some())
            .field("timeline", &self.timeline.is_some())
            .finish()
    }
}
