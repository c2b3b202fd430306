//! The EVM behind this crate. Another EVM must be able to take its place, so its types are named
//! here and re-exported from here.

pub mod environment;
pub(crate) mod parallel;

pub use environment::{BlockEvm, Environment};
pub use parallel::Location;
pub use revm::{
    bytecode::Bytecode,
    context::{
        TxEnv,
        result::{ExecutionResult, HaltReason, InvalidTransaction, Output, SuccessReason},
    },
    primitives::hardfork::SpecId,
};
