//! EVM: environment, execution of one transaction, precompiles, and revm over a multi-version memory.
//!
//! The only module that uses revm's handler and frames; its types are re-exported from here. Knows nothing of access
//! lists, of blocks under execution and of the scheduler's program.

mod eip7610;
pub mod environment;
pub mod failure;
mod intrinsic;
pub mod invalid;
pub(crate) mod journal;
pub(crate) mod keccak256;
pub(crate) mod memo;
pub(crate) mod optimistic;
mod overlay_evm;
pub mod precompiles;
mod system_call;
pub(crate) mod transact;
pub(crate) mod transfer;
mod view_calls;
mod watched;

pub use environment::{BlockContext, BlockEvm, Environment, ProtocolChanges};
pub use failure::execute_error;
pub use intrinsic::check_intrinsic;
pub use optimistic::Location;
pub use overlay_evm::{
    Bounds, OverlayContext, OverlayInspector, TransactError, inspect, transact, transact_watched,
};
pub use precompiles::{BlockPrecompiles, Precompile, PrecompileFailure, Returned};
/// EVM implementation, for inspectors.
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

pub use crate::{block::FORKS, state::bytecode_of};
pub use system_call::ProtocolDatabase;
pub(crate) use system_call::system_call;
