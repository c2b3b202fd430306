//! Parallel execution of Ethereum blocks, with the outcome of a sequential one.
//!
//! [`Engine::execute`] is the entry point: it takes a [`block::Block`] and a [`state::StateSource`], and
//! returns an [`execute::BlockOutcome`]. This crate knows no JavaScript, opens no socket and reads no
//! clock. [`vm`] is the only module that names revm's handler and frames; a script of the lint keeps that.
//!
//! # Example
//!
//! Three payments, executed on two threads:
//!
//! ```
//! use alloy_consensus::TxEip1559;
//! use alloy_primitives::{Address, U256};
//! use parevm::{
//!     Block, Engine, ExecuteOptions, MemoryState,
//!     block::{Header, ForkSchedule, Transaction},
//!     execute::Receipt,
//!     state::Account,
//!     vm::SpecId,
//! };
//!
//! let [alice, bob, miner] = [1, 2, 3].map(|number| Address::repeat_byte(number));
//! let ether = U256::from(10).pow(U256::from(18));
//! let mut state = MemoryState::default();
//! state.insert_account(alice, Account { balance: ether, ..Default::default() });
//!
//! let payments = (0..3).map(|nonce| TxEip1559 {
//!     chain_id: 1,
//!     nonce,
//!     gas_limit: 21_000,
//!     max_fee_per_gas: 20,         // wei
//!     max_priority_fee_per_gas: 2, // wei
//!     to: bob.into(),
//!     value: U256::from(5), // wei
//!     ..Default::default()
//! });
//! let transactions = payments.map(|payment| Transaction::new(&payment.into(), alice));
//! let header = Header {
//!     number: 25_000_000,
//!     timestamp: 1_800_000_000, // seconds
//!     beneficiary: miner,
//!     gas_limit: 60_000_000,
//!     base_fee: Some(7), // wei
//!     ..Default::default()
//! };
//! let schedule = ForkSchedule::always(SpecId::OSAKA);
//! let block = Block::new(1, schedule, header, transactions.collect());
//!
//! let engine = Engine::new(2)?;
//! let print = |receipt: &Receipt| println!("{} used {} gas", receipt.index, receipt.gas_used);
//! let options = ExecuteOptions {
//!     on_receipt: Some(&print), // in block order, while later transactions still run
//!     ..Default::default()
//! };
//! let outcome = engine.execute(&block, &state, &options)?;
//!
//! assert_eq!(outcome.gas_used, 63_000);
//! assert!(outcome.receipts.iter().all(|receipt| receipt.success));
//! let balance = |address| outcome.state_diff.accounts[&address].account.map(|it| it.balance);
//! assert_eq!(balance(bob), Some(U256::from(15)));
//! assert_eq!(balance(miner), Some(U256::from(2 * 63_000)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # More
//!
//! - custom state: [`StateSource`];
//! - block decoding: [`Block::from_alloy`], [`Block::from_recovered`], [`Block::from_rpc`], [`Block::from_rlp`];
//! - state diff as revm's bundle: [`state::StateDiff::to_bundle`];
//! - custom precompiles: [`vm::Environment::with_precompile`];
//! - custom inspectors: [`Engine::inspect`];
//! - timeline of an execution: [`ExecuteOptions::timeline`].
//!
//! Calls and traces are in the crate `parevm-simulate`, a local chain in `parevm-node`.

#![forbid(unsafe_code)]

pub mod bal;
pub mod block;
pub mod build;
mod engine;
mod error;
pub mod execute;
pub mod fixture;
pub mod header_checks;
pub mod interrupt;
pub mod json;
#[cfg(test)]
mod metamorphic;
pub mod state;
pub mod system;
pub mod vm;

pub use bal::BlockAccessList;
pub use block::Block;
pub use engine::Engine;
pub use error::ExecuteError;
pub use execute::{BlockOutcome, ExecuteOptions, Executor};
pub use fixture::Fixture;
pub use header_checks::HeaderChecks;
pub use state::{MemoryState, StateSource};

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
