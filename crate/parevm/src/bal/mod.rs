//! Block access lists (EIP-7928): what every transaction of a block reads and writes.
//!
//! [`BlockAccessList`] is the list with its encodings and rules, `BalBuilder` makes one from what
//! ran, [`Difference`] is the first place where two differ. The executor that runs by a list is in
//! [`crate::execute`]; it reads the state through `BalState` and checks what ran with an `BalVerifier`.

mod bal_state;
mod builder;
mod difference;
mod json;
mod list;
mod mismatch;
mod recorder;
mod verifier;

pub use difference::{Difference, Field};
pub use list::{BlockAccessList, ListError, ListRule};
pub use mismatch::BalMismatch;
pub use recorder::BalRecorder;

pub(crate) use bal_state::{BalState, BalStateAt};
pub use builder::BalBuilder;
pub(crate) use verifier::{BalVerifier, ResetError, VerifiedBal};
