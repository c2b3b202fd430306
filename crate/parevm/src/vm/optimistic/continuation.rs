//! Continuation of a suspended transaction.

use revm::interpreter::{GasTracker, InitialAndFloorGas, interpreter_action::FrameInit};

/// Continuation of a transaction that was suspended between two steps of its frames. The frames themselves
/// are on the EVM's stack.
pub(super) struct Continuation {
    pub(super) initial: InitialAndFloorGas,
    pub(super) gas: GasTracker,
    pub(super) refund: i64,
    /// Frame to start; `None` to continue the top frame of the stack.
    pub(super) next: Option<FrameInit>,
}
