//! What calls would do, told in one pass: for a wallet, before its user signs.
//!
//! [`Simulation::report`](super::Simulation::report) takes a [`Bundle`] and returns a [`Report`]. Each call
//! runs once, watched by several inspectors side by side. What its events say of tokens is
//! compared with what the tokens themselves say on the state before and after it, which are both at hand.
//!
//! # Example
//!
//! ```
//! use alloy_primitives::{Address, U256};
//! use parevm::{
//!     Block, MemoryState,
//!     block::{Header, ForkSchedule},
//!     simulate::{
//!         CallLimits, Overrides, Simulation,
//!         report::{Asset, Bundle, ReportOptions, ReportStatus},
//!     },
//!     state::Account,
//!     vm::SpecId,
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
mod approval;
mod asset;
mod bundle;
mod call;
mod contract;
mod delta;
mod diff;
mod entry;
mod error;
mod event;
mod failure;
mod fee;
mod layer;
mod layout;
mod reader;
mod repeated_output;
mod request;
mod signing;
mod spending;
mod storage;

pub use abi::{Argument, DecodedError};
pub use approval::{Approval, ApprovalChange};
pub use asset::{Asset, AssetChange};
pub use call::{CallReport, CallStatus};
pub use contract::{CreatedContract, Creation};
pub use delta::Delta;
pub use diff::{AccountDiff, Changed, SlotDiff};
pub use error::ReportError;
pub use event::Grant;
pub use failure::{FailingFrame, Failure, FailureKind};
pub use fee::Fee;
pub use repeated_output::RepeatedOutput;
pub use request::{Bundle, BundleCall, CallAuthorization};
pub use signing::{Prices, Warning, WarningKind};
pub use storage::TouchedStorage;

use alloy_primitives::{Address, U256};
use parevm::Engine;
use serde::Serialize;
use std::collections::BTreeMap;

/// How a report is made.
#[derive(Clone, Copy, Debug)]
pub struct ReportOptions<'a> {
    /// On which calls run side by side. Default: they run one after the other.
    pub engine: Option<&'a Engine>,
    /// About how many bytes of calls and logs may be recorded. The report takes a small multiple of it.
    /// Default: 64 MiB.
    pub recorded_bytes: usize,
    /// Prices of the block that is to hold the calls, by which those without a price are priced. Default: those of
    /// the block on which they are tried.
    pub prices: Option<Prices>,
}

impl Default for ReportOptions<'_> {
    fn default() -> Self {
        Self {
            engine: None,
            recorded_bytes: 64 << 20,
            prices: None,
        }
    }
}

/// What the calls of a bundle do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// How it went.
    pub status: ReportStatus,
    /// Position of the first call that failed.
    pub failed_call: Option<usize>,
    /// Gas of all calls that ran.
    #[serde(with = "alloy_serde::quantity")]
    pub gas_used: u64,
    /// Sum of the gas limits to sign the calls with; `None` where a call has none.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub gas_limit: Option<u64>,
    /// Sum of the fees of the calls, in wei.
    pub fee: U256,
    /// What accounts have more or less than before the first call, by account and asset. Fees, which each
    /// call tells, are not in it. Nothing where an atomic bundle failed; so with the next two.
    pub asset_changes: Vec<AssetChange>,
    /// Approvals that are others than before the first call.
    pub approval_changes: Vec<ApprovalChange>,
    /// What is different in the state after the last call, by address.
    pub state_diff: Vec<AccountDiff>,
    /// What the tokens of these changes call themselves.
    pub tokens: BTreeMap<Address, Token>,
    /// What each call does.
    pub calls: Vec<CallReport>,
}

/// How a bundle went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ReportStatus {
    /// No call failed.
    #[default]
    Success,
    /// Some failed, and the others happened.
    Partial,
    /// Nothing happened: all failed, or one of an atomic bundle.
    Failure,
}

/// What a token calls itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// At most 64 characters, none of which is hidden or controls a terminal. It is whatever its author
    /// chose.
    pub symbol: Option<String>,
    /// By how many decimal places its units are shown.
    pub decimals: Option<u8>,
}
