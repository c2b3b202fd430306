//! Answers "what would this do?" without changing anything: what `eth_call`, `eth_estimateGas` and
//! `eth_createAccessList` do; and whole blocks of such calls, see [`simulate_v1`].
//!
//! A [`Simulation`] is a block and a state, with [`Overrides`] on top, and limits. Requests are
//! alloy's, so their JSON is what wallets send.
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
//! // The code returns the block's number.
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
mod overrides;
pub mod price;
mod rejected;
pub mod report;
mod request;
mod reverted;
pub mod simulate_v1;
mod state;
pub mod trace;

pub use access_list::AccessListResult;
pub use alloy_rpc_types_eth::{
    BlockOverrides, TransactionRequest as CallRequest,
    state::{AccountOverride, StateOverride},
};
pub use brief::brief;
pub use call::Simulation;
pub use error::{CallError, Conflict};
pub use overrides::Overrides;
pub use rejected::Rejected;
pub use reverted::reason_of;
pub use simulate_v1::{
    SimulateError, SimulatePayload, SimulatedBlock, SimulationBase, simulate_blocks,
};
pub use state::OverriddenState;

use parevm::interrupt::Watch;
use std::fmt;

/// What one request may cost.
#[derive(Clone, Copy)]
pub struct CallLimits<'a> {
    /// Gas of one call. A request for more gets this much. Default: 50,000,000.
    pub gas: u64,
    /// Bytes that the memory of a contract and of its callers may take together; with more, the request is
    /// ended. Default: 4 GiB.
    pub memory: usize,
    /// Ends a request that takes too long. Default: nobody does.
    pub watch: Option<Watch<'a>>,
}

impl CallLimits<'_> {
    /// Asks the watch whether the request may continue.
    ///
    /// # Errors
    ///
    /// [`CallError::Interrupted`].
    pub fn ask(&self) -> Result<(), CallError> {
        match self.watch.and_then(|watch| watch()) {
            Some(interrupt) => Err(CallError::Interrupted(interrupt)),
            None => Ok(()),
        }
    }
}

impl Default for CallLimits<'_> {
    fn default() -> Self {
        Self {
            gas: 50_000_000,
            memory: u32::MAX as usize,
            watch: None,
        }
    }
}

impl fmt::Debug for CallLimits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallLimits")
            .field("gas", &self.gas)
            .field("memory", &self.memory)
            .field("watch", &self.watch.is_some())
            .finish()
    }
}
