//! The EVM behind this crate. Another EVM must be able to take its place, so its types are named
//! here and re-exported from here.

pub mod collision;
pub mod environment;
pub mod failure;
mod forks;
pub mod invalid;
pub(crate) mod journal;
pub(crate) mod memo;
pub(crate) mod parallel;
pub mod precompiles;
pub(crate) mod preimages;
pub(crate) mod transfer;
mod watched;

pub use environment::{BlockContext, BlockEvm, Environment, ProtocolChanges};
pub use failure::execute_error;
pub use forks::FORKS;
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
pub use watched::{Recorded, Stop, Watched, end_run};

pub use crate::state::bytecode_of;
