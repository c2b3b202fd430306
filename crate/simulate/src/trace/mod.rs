//! Traces of transactions with geth's tracers: `debug_traceTransaction` and its relatives.
//!
//! [`TraceOptions`] name the tracer and its config as `debug_traceTransaction` takes them; the result is
//! a [`Trace`] whose JSON is geth's. Built on the tracers of `revm-inspectors`, and corrected where
//! their result differs from geth's. [`parity_traces`] returns traces in Parity's form.
//!
//! # Example
//!
//! ```
//! use alloy_consensus::TxLegacy;
//! use alloy_primitives::{Address, U256};
//! use parevm::{
//!     Block, MemoryState,
//!     block::{ForkSchedule, Header, Transaction},
//!     state::Account,
//!     vm::{Environment, SpecId},
//! };
//! use parevm_simulate::trace::{TraceLimits, TraceOptions, trace_transaction};
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

mod budget;
mod error;
mod frame;
mod limits;
mod options;
mod parity;
mod position;
mod run;
mod tracer;

pub use alloy_rpc_types_trace::geth::{
    GethDebugTracingOptions as TraceOptions, GethTrace as Trace,
};
pub use error::TraceError;
pub(crate) use frame::{FrameOutcomes, halt_text};
pub use limits::TraceLimits;
pub use options::StrictOptions;
pub use parity::parity_traces;
pub use position::TracePosition;
pub(crate) use run::trace_call_at;
pub use run::{trace_block, trace_call, trace_transaction};
pub(crate) use tracer::Tracer;
