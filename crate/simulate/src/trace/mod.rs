//! Shows what a transaction does, step by step or call by call.
//!
//! [`TraceOptions`] name the tracer and its settings as `debug_traceTransaction` takes them; the answer
//! is a [`Trace`] whose JSON is what geth answers. The tracers themselves are those of
//! `revm-inspectors`, mended where geth's differ.
//!
//! # Example
//!
//! ```
//! use alloy_consensus::TxLegacy;
//! use alloy_primitives::{Address, U256};
//! use parevm::{
//!     Block, MemoryState,
//!     block::{Header, ForkSchedule, Transaction},
//!     state::Account,
//!     trace::{TraceLimits, TraceOptions, trace_transaction},
//!     vm::{Environment, SpecId},
//! };
//!
//! let [alice, bob] = [1, 2].map(Address::repeat_byte);
//! let mut state = MemoryState::default();
//! state.insert_account(alice, Account { balance: U256::from(9), ..Default::default() });
//! let payment = TxLegacy {
//!     gas_limit: 21_000,
//!     to: bob.into(),
//!     value: U256::from(5),
//!     ..Default::default()
//! };
//! let header = Header { gas_limit: 30_000_000, ..Default::default() };
//! let schedule = ForkSchedule::always(SpecId::BERLIN);
//! let block = Block::new(1, schedule, header, vec![Transaction::new(&payment.into(), alice)]);
//!
//! let options: TraceOptions = serde_json::from_str(r#"{ "tracer": "callTracer" }"#)?;
//! let environment = Environment::new(&block);
//! let limits = TraceLimits::default();
//! let trace = trace_transaction(&block, 0, &environment, &state, &options, &limits)?;
//! let call = trace.try_into_call_frame()?;
//! assert_eq!(call.value, Some(U256::from(5)));
//! assert_eq!(call.gas_used, U256::from(21_000));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod before;
mod budget;
mod calls;
mod endings;
mod erc7562;
mod error;
mod flat;
mod gas;
mod halt;
mod instruction;
mod options;
mod parity;
mod part;
mod prestate;
mod run;
mod steps;
mod tracer;

pub use alloy_rpc_types_trace::geth::{
    GethDebugTracingOptions as TraceOptions, GethTrace as Trace,
};
pub(crate) use endings::Endings;
pub use error::TraceError;
pub(crate) use halt::halt_words;
pub use options::Known;
pub use parity::list_calls;
pub(crate) use run::trace_call_at;
pub use run::{trace_block, trace_call, trace_transaction};
pub use tracer::Place;
pub(crate) use tracer::Tracer;

use parevm::interrupt::Watch;
use std::fmt;

/// What one trace may cost.
#[derive(Clone, Copy)]
pub struct TraceLimits<'a> {
    /// Ends a trace that takes too long. Default: nobody does.
    pub watch: Option<Watch<'a>>,
    /// About how many bytes a tracer may record of one transaction. Results and their JSON take a
    /// small multiple of it. Default: 64 MiB.
    pub recorded_bytes: usize,
}

impl Default for TraceLimits<'_> {
    fn default() -> Self {
        Self {
            watch: None,
            recorded_bytes: 64 << 20,
        }
    }
}

impl fmt::Debug for TraceLimits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceLimits")
            .field("watch", &self.watch.is_some())
            .field("recorded_bytes", &self.recorded_bytes)
            .finish()
    }
}
