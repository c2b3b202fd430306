//! What methods return, as alloy's types.

pub(super) mod block;
pub(super) mod log;
pub(super) mod receipt;
pub(super) mod transaction;
pub(super) mod waiting;
