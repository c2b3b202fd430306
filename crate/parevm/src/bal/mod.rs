//! Block access lists (EIP-7928): what every transaction of a block reads and writes.
//!
//! [`BlockAccessList`] is the list with its encodings and rules, `ListBuilder` makes one from what
//! ran, [`Difference`] is the first place where two differ. The executor that runs by a list is in
//! [`crate::execute`]; it reads the state through `Listed` and checks what ran with an `Audit`.

mod audit;
mod builder;
mod difference;
mod json;
mod list;
mod listed;
mod mismatch;
mod recording;

pub use difference::{Difference, Field};
pub use list::{BlockAccessList, ListError, ListRule};
pub use mismatch::BalMismatch;
pub use recording::Recording;

pub(crate) use audit::{Audit, Proven, ResetError};
pub use builder::ListBuilder;
pub(crate) use listed::{Listed, ListedAt};
