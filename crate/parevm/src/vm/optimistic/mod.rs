//! Optimistic execution of one transaction: revm on a multi-version memory.
//!
//! [`OptimisticEvm`] executes a transaction on unmodified revm, which can be suspended at any load and
//! resumed later ([`suspension`]). Its database ([`database`]) reads the memory and records the read set;
//! afterwards revm's journal becomes the write set ([`write_set`]). A plain transfer bypasses revm
//! ([`plain_transfer`]).
//!
//! [`value`] is the content of a location, [`read`](mod@read) and [`write`](mod@write) are the entries of
//! read set and write set, and [`validation`] compares them. Knows nothing of the block's program; see
//! [`StateProgram`](state_program::StateProgram).

mod balance_opcodes;
mod code_store;
mod context;
mod continuation;
mod database;
mod evm;
mod handler;
mod hook;
mod location;
mod memory;
mod plain_transfer;
mod predicted_nonces;
mod read;
mod state_diff;
mod state_program;
mod suspension;
mod transact;
mod validation;
mod value;
mod view_error;
mod write;
mod write_set;

pub(crate) use code_store::CodeStore;
pub(crate) use database::ViewDatabase;
pub(crate) use evm::{OptimisticEvm, StateChanges};
pub use location::Location;
pub(crate) use memory::{Epochs, StateMemory};
pub(crate) use predicted_nonces::PredictedNonces;
pub(crate) use state_diff::state_diff;
pub(crate) use transact::TransactionOutput;
pub(crate) use value::{AccountValue, Epoch, SlotValue, StateValue};
pub(crate) use write::{AccountDelta, AccountWrite, StateWrite};

#[cfg(test)]
pub(crate) use {hook::Hook, read::StateRead};
