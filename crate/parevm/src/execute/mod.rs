//! Runs a block.
//!
//! [`sequential`] is the specification: every other executor must return what it returns. An
//! executor settles its transactions into a [`BlockExecution`] and hands back an [`Executed`]; [`finish`] turns
//! that into a [`BlockOutcome`].
//! [`choose`](choose::choose) decides which executor runs.

pub(crate) mod bal;
mod block_execution;
mod executor;
mod finish;
mod gas_pool;
mod merged;
pub(crate) mod optimistic;
mod outcome;
pub(crate) mod pool;
mod receipt;
pub mod sequential;
pub mod timeline;
mod work_order;

pub use crate::error::ExecuteError;
pub use bal::partial_result::{
    BalBlock, BatchExecution, PartialResult, PartialResultError, batches,
};
pub use block_execution::BlockExecution;
pub use executor::{Executor, UnknownExecutor};
pub use finish::finish;
pub use gas_pool::GasPool;
pub use merged::Merged;
pub use outcome::{BlockOutcome, Executed, ExecutionReport};
pub use receipt::Receipt;
pub use receipt::{receipts_root, receipts_root_with};
pub use sequential::{Sequential, StepError};

use crate::bal::BlockAccessList;
use timeline::Clock;

use std::{fmt, sync::atomic::AtomicBool};

/// How a block is to be executed.
#[derive(Clone, Copy, Default)]
pub struct ExecuteOptions<'a> {
    /// Which executor runs.
    pub executor: Executor,
    /// The block's access list, which [`Executor::Bal`] runs by. It need not be right: what differs
    /// is found, and the block is run another way.
    pub access_list: Option<&'a BlockAccessList>,
    /// Whether the outcome holds the block's access list. [`Executor::Bal`] without a list makes one
    /// in any case.
    pub access_list_output: AccessListOutput,
    /// Set to true by anyone, at any time, to end the run with [`ExecuteError::Cancelled`].
    pub cancel: Option<&'a AtomicBool>,
    /// Told the number of settled transactions as it grows. See [`Self::on_receipt`] for who calls.
    pub progress: Option<&'a (dyn Fn(usize) + Sync)>,
    /// Told each receipt, in block order, as soon as its transaction is final. If the block fails
    /// later, what was told is void.
    ///
    /// Called by whichever thread finds the transaction final, one call at a time; no further
    /// transaction becomes final meanwhile. It must not call the engine.
    pub on_receipt: Option<&'a (dyn Fn(&Receipt) + Sync)>,
    /// Records a timeline on this clock: [`ExecutionReport::timeline`]. Default: none.
    pub timeline: Option<Clock<'a>>,
}

/// Whether an outcome holds the block's access list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessListOutput {
    /// It does not. Making a list costs time.
    #[default]
    Omitted,
    /// It does.
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
