//! revm on a multi-version memory: the glue of the optimistic executor.
//!
//! A transaction runs on an unchanged revm ([`commuting_evm`]), which can be suspended at any load
//! and resumed ([`suspension`]), over a database ([`database`]) that reads the memory and records
//! the read set; afterwards revm's journal becomes the write set ([`write_set`]). The values of
//! locations are in [`value`], their validation in [`check`]. A plain transfer bypasses revm
//! ([`transfer`]).

mod call_class;
mod check;
mod code_store;
mod commuting_evm;
mod commuting_handler;
mod database;
mod hook;
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

pub(crate) use call_class::call_classes;
pub(crate) use code_store::CodeStore;
pub use location::Location;
pub(crate) use memory::StateMemory;
pub(crate) use nonces::Nonces;
pub(crate) use program::{Begun, BlockProgram};
pub(crate) use settled::{SettledDatabase, state_diff};
