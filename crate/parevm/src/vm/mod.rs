//! The EVM behind this crate. Another EVM must be able to take its place, so its types are named
//! here and re-exported from here.

pub(crate) mod collision;
pub mod environment;
pub mod failure;
mod forks;
mod intrinsic;
pub mod invalid;
pub(crate) mod journal;
pub(crate) mod memo;
mod overlay_evm;
pub(crate) mod parallel;
pub mod precompiles;
pub(crate) mod preimages;
pub(crate) mod transfer;
mod view_calls;
mod watched;

pub use environment::{BlockContext, BlockEvm, Environment, ProtocolChanges};
pub use failure::execute_error;
pub use forks::FORKS;
pub use intrinsic::check_intrinsic;
pub use overlay_evm::{
    Bounds, OverlayContext, OverlayInspector, TransactError, inspect, transact, transact_watched,
};
pub use parallel::Location;
pub use precompiles::{BlockPrecompiles, Precompile, PrecompileFailure, Returned};
/// The EVM implementation itself, for inspectors.
pub use revm;
pub use revm::{
    bytecode::Bytecode,
    context::{
        TxEnv,
        result::{ExecutionResult, HaltReason, InvalidTransaction, Output, SuccessReason},
    },
    inspector::Inspector,
    primitives::hardfork::SpecId,
};
pub use view_calls::{ViewCalls, ViewResult};
pub use watched::{Recorded, end_run};
pub(crate) use watched::{Stop, Watched};

pub use crate::state::bytecode_of;
