//! The EVM behind this crate. Another EVM must be able to take its place, so its types are named
//! here and re-exported from here.

pub mod environment;
pub(crate) mod parallel;
pub(crate) mod replay;

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

use alloy_primitives::Bytes;

/// The code, analysed. Bytes that look like a delegation and are none run as they are.
pub(crate) fn bytecode_of(code: Bytes) -> Bytecode {
    Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code))
}
