//! Block access lists (EIP-7928): reads and writes of every transaction of a block.
//!
//! [`BlockAccessList`] is the list with its encodings and rules, [`BalBuilder`] builds one during an
//! execution, and [`BalDifference`] is the first difference between two. The executor by access list
//! is in [`crate::execute`]: it reads the state from a `BalState` and verifies the list with a
//! `BalVerifier`.

mod bal_state;
mod builder;
mod difference;
mod json;
mod list;
mod mismatch;
mod recorder;
mod verifier;

pub use difference::{BalDifference, BalField};
pub use list::{BlockAccessList, ListError, ListRule};
pub use mismatch::BalMismatch;
pub use recorder::BalRecorder;

pub(crate) use bal_state::{BalState, BalStateAt};
pub use builder::BalBuilder;
pub(crate) use verifier::{BalVerifier, ResetError, VerifiedBal};
