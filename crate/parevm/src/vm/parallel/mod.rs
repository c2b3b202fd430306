//! revm on a multi-version memory: the glue of the parallel executor.
//!
//! A transaction runs on an unchanged revm ([`commuting_evm`]), which can stop at
//! any load and go on later ([`suspension`]), over a database
//! ([`database`]) that reads the memory and records what the run relies on;
//! afterwards revm's journal becomes patches ([`write_set`]). What locations
//! hold is in [`value`], and when a reader need not run again in [`check`]. A plain
//! payment does without revm ([`transfer`]).

mod check;
mod code_store;
mod commuting_evm;
mod commuting_handler;
mod database;
mod hook;
mod kinds;
mod location;
mod memory;
#[cfg(test)]
mod metamorphic;
mod nonces;
mod program;
mod settled;
mod suspension;
mod transfer;
mod value;
mod view_error;
mod write_set;

pub(crate) use code_store::CodeStore;
pub(crate) use kinds::call_classes;
pub use location::Location;
pub(crate) use memory::StateMemory;
pub(crate) use nonces::Nonces;
pub(crate) use program::{Begun, BlockProgram};
pub(crate) use settled::{SettledDatabase, state_diff};
