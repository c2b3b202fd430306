//! Report on a bundle of calls: their effects, for a wallet, before its user signs.
//!
//! [`Simulation::report`](crate::Simulation::report) takes a [`Bundle`] and returns a [`Report`]. Each call executes
//! once, with several inspectors. Its token events are compared with the balances and approvals that the tokens
//! return on the states before and after it.
//!
//! Modules, lowest first: requests and errors (`bundle`, `eip7702`, `abi`); parts of a report (`failure`, `fee`,
//! `state_diff`, ...); the token standards (`token`, one file each); `asset_changes` and `approval_changes`, the one
//! source of each; `call`, one call; `run`, the bundle.
//!
//! # Example
//!
//! ```
//! use alloy_primitives::{Address, U256};
//! use parevm::{
//!     Block, MemoryState,
//!     block::{ForkSchedule, Header},
//!     state::Account,
//!     vm::SpecId,
//! };
//! use parevm_simulate::{
//!     CallLimits, Overrides, Simulation,
//!     report::{Asset, Bundle, ReportOptions, ReportStatus},
//! };
//!
//! let alice = Address::repeat_byte(1);
//! let mut state = MemoryState::default();
//! state.insert_account(alice, Account { balance: U256::from(9), ..Default::default() });
//! let header = Header { gas_limit: 30_000_000, ..Default::default() };
//! let block = Block::new(1, ForkSchedule::always(SpecId::OSAKA), header, Vec::new());
//!
//! let bundle: Bundle = serde_json::from_str(r#"{
//!     "from": "0x0101010101010101010101010101010101010101",
//!     "calls": [{ "to": "0x0202020202020202020202020202020202020202", "value": "0x5" }]
//! }"#)?;
//! let simulation = Simulation::new(&block, &state, &Overrides::default(), CallLimits::default())?;
//! let report = simulation.report(&bundle, &ReportOptions::default())?;
//! assert_eq!(report.status, ReportStatus::Success);
//! let [alice, bob] = report.asset_changes.as_slice() else { panic!("two accounts") };
//! assert_eq!(alice.asset, Asset::Native);
//! assert_eq!((alice.before, alice.after), (Some(U256::from(9)), Some(U256::from(4))));
//! assert_eq!(bob.change.to_string(), "0x5");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod abi;
mod approval_changes;
mod asset_changes;
mod bundle;
mod bundle_report;
mod call;
mod call_report;
mod candidates;
mod code_cache;
mod created_contract;
mod delta;
mod eip7702;
mod error;
mod failure;
mod fee;
mod gas_budget;
mod mapping;
mod observers;
mod optimistic_state;
mod options;
mod prices;
mod reader;
mod repeated_output;
mod run;
mod state_diff;
mod storage_inspector;
mod token;
mod warning;

pub use abi::{Argument, DecodedError};
pub use approval_changes::ApprovalChange;
pub use asset_changes::AssetChange;
pub use bundle::{Bundle, BundleCall};
pub use bundle_report::{Report, ReportStatus};
pub use call_report::{CallReport, CallStatus};
pub use created_contract::{CreatedContract, Creation};
pub use delta::Delta;
pub use eip7702::CallAuthorization;
pub use error::ReportError;
pub use failure::{FailingFrame, Failure, FailureKind};
pub use fee::Fee;
pub use options::ReportOptions;
pub use prices::Prices;
pub use repeated_output::RepeatedOutput;
pub use state_diff::{AccountDiff, SlotDiff, ValueChange};
pub use storage_inspector::TouchedStorage;
pub use token::{Approval, Asset, Grant, Token};
pub use warning::{Warning, WarningKind};
