//! Simulation of Ethereum calls and blocks on [`parevm`]. Nothing here changes a state.
//!
//! A [`Simulation`] is a block and a state with [`Overrides`] and [`CallLimits`]. It executes calls
//! (`eth_call`), estimates gas (`eth_estimateGas`), creates access lists (`eth_createAccessList`), traces
//! calls ([`trace`]) and reports on bundles of calls ([`report`]). [`simulate_blocks`] simulates whole blocks
//! (`eth_simulateV1`, [`simulate_v1`]). Requests are alloy's types, so their JSON is what wallets send.
//!
//! Modules, lowest first: [`trace`] and the errors; overrides, requests and prices; calls, estimates, access
//! lists; [`simulate_v1`] and [`report`], which know nothing of each other.
//!
//! # Example
//!
//! ```
//! use alloy_primitives::{Address, bytes};
//! use parevm::{
//!     Block, MemoryState,
//!     block::{ForkSchedule, Header},
//!     vm::SpecId,
//! };
//! use parevm_simulate::{CallLimits, CallRequest, Overrides, Simulation};
//!
//! let header = Header { number: 7, gas_limit: 30_000_000, ..Default::default() };
//! let block = Block::new(1, ForkSchedule::always(SpecId::BERLIN), header, Vec::new());
//! let state = MemoryState::default();
//!
//! // NUMBER, returned as a word.
//! let overrides: Overrides = serde_json::from_str(
//!     r#"{ "state": { "0x00000000000000000000000000000000000000aa": { "code": "0x4360005260206000f3" } } }"#,
//! )?;
//! let request: CallRequest =
//!     serde_json::from_str(r#"{ "to": "0x00000000000000000000000000000000000000aa" }"#)?;
//!
//! let simulation = Simulation::new(&block, &state, &overrides, CallLimits::default())?;
//! let word = simulation.call(&request)?;
//! assert_eq!(word.last(), Some(&7));
//! assert!(simulation.estimate_gas(&request)? >= 21_000);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod access_list;
mod brief;
mod call;
pub mod checksum;
mod error;
mod estimate;
mod invalid_request;
mod limits;
mod overridden_state;
mod overrides;
pub mod price;
mod rejected;
pub mod report;
mod request;
mod revert_reason;
pub mod simulate_v1;
pub mod trace;
mod trace_call;

pub use access_list::AccessListResult;
pub use alloy_rpc_types_eth::{
    BlockOverrides, TransactionRequest as CallRequest,
    state::{AccountOverride, StateOverride},
};
pub use brief::brief;
pub use call::Simulation;
pub use error::CallError;
pub use invalid_request::InvalidRequest;
pub use limits::CallLimits;
pub use overrides::Overrides;
pub use rejected::Rejected;
pub use simulate_v1::{
    SimulateError, SimulatePayload, SimulatedBlock, SimulationBase, simulate_blocks,
};
pub use trace_call::TraceCallError;
