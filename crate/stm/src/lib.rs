//! Block-STM: runs an ordered list of transactions on many workers and leaves
//! exactly what running them one after the other leaves.
//!
//! Knows no EVM. A [`Program`] says what a transaction is; this crate decides
//! which worker runs which one when, what a read returns while lower
//! transactions are still running, and when a result is final. The protocol,
//! and the argument that every block ends, are in this crate's README.

#![forbid(unsafe_code)]

mod arena;
mod cell;
mod chain;
mod error;
mod frontier;
mod handover;
mod index;
mod interner;
mod marks;
mod memory;
#[cfg(all(test, parevm_loom))]
mod model;
mod predictor;
mod program;
mod run;
mod settle;
mod stats;
mod sync;
mod task;
mod timeline;
mod trial;
mod value;
mod view;
mod wait;
mod work_order;
mod worker;
mod workers;

pub use error::{ReadError, RunError};
pub use index::{LocationId, Mode, TxIndex, WorkerId};
pub use memory::{Change, Memory};
pub use predictor::{Kinds, Parties};
pub use program::{Executor, Program, Step};
pub use run::Run;
pub use stats::Stats;
pub use timeline::{Clock, Incarnation, Outcome, Recorder, Span, Wait};
pub use trial::Trial;
pub use value::Value;
pub use view::{ReadIndex, View};
pub use work_order::{SchedulingPolicy, WorkCursor, WorkOrder};
pub use workers::{Threads, Workers};
