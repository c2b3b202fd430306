//! Executes Ethereum blocks on all cores the host gives, with the result of running them in order.
//!
//! [`Engine::execute`] is the door: a [`block::Block`] and a [`state::StateSource`] go in, an
//! [`execute::BlockOutcome`] comes out. This crate knows no JavaScript, opens no socket and reads
//! no clock. Everything that names the EVM implementation is in [`vm`].

pub mod bal;
pub mod block;
pub mod checks;
mod engine;
pub mod execute;
pub mod state;
pub mod system;
pub mod vm;

pub use bal::BlockAccessList;
pub use block::Block;
pub use checks::Checks;
pub use engine::Engine;
pub use execute::{BlockOutcome, ExecuteError, ExecuteOptions, Executor};
pub use state::{MemoryState, StateSource};
