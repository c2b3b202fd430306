//! Block-STM: executes an ordered list of transactions on many workers, with the result of executing
//! them one after the other.
//!
//! Knows no EVM. A [`Program`] defines the transactions and an [`Executable`] program their
//! executors; this crate decides which worker executes which transaction when, which value a read
//! returns while lower transactions are executing, and when a transaction is committed. The
//! protocol, and the argument that every block ends, are in this crate's README.

#![forbid(unsafe_code)]

mod arena;
mod chain_detector;
mod commit;
mod commit_index;
mod context;
mod error;
mod estimates;
mod execution;
mod execution_record;
mod executor;
mod index;
mod interner;
mod isolated_execution;
#[cfg(all(test, parevm_loom))]
mod model;
mod mv_memory;
mod ownership_transfer;
mod parker;
mod program;
mod stats;
mod sync;
mod timeline;
mod transaction_state;
mod value;
mod version_list;
mod view;
mod visibility;
mod work_order;
mod worker;
mod workers;
mod write_predictor;

pub use error::{ParallelExecutionError, ReadError};
pub use execution::ParallelExecution;
pub use executor::{Executable, Progress, TransactionExecutor};
pub use index::{LocationId, Mode, TxIndex, WorkerId};
pub use isolated_execution::IsolatedExecution;
pub use mv_memory::{LocationChange, MvMemory};
pub use program::Program;
pub use stats::Stats;
pub use timeline::{
    Clock, RecordedExecution, Suspension, TimeSpan, TimelineRecorder, ValidationOutcome,
};
pub use value::Value;
pub use view::{ReadIndex, View};
pub use work_order::{SchedulingPolicy, WorkCursor, WorkOrder};
pub use workers::{Threads, Workers};
pub use write_predictor::{CallClass, CallClasses, Parties};
