//! Single transactions on an [`Overlay`], outside a block executor: calls, traces, reports, simulated blocks.
//!
//! The EVM is compiled here once per way of running, with closed types: plain, watched, and inspected by a trait object.
//! It owns the overlay while it runs, as that of the sequential executor does: they share the code of all instructions.
//! Floors above bring their tracers as [`OverlayInspector`].

use super::{
    BlockContext, Environment, Recorded, Stop, Watched,
    transact::{inspect as inspect_transaction, run as run_transaction},
};
use crate::{
    interrupt::{Interrupt, Watch},
    state::{Overlay, SourceError},
};
use revm::{
    Inspector,
    context::{
        TxEnv,
        result::{EVMError, ResultAndState},
    },
    inspector::NoOpInspector,
};

/// Context of an EVM over an [`Overlay`].
pub type OverlayContext<'a> = BlockContext<Overlay<'a>>;

/// Inspector of transactions on an [`Overlay`], as a trait object.
pub type OverlayInspector<'i, 'a> = dyn Inspector<OverlayContext<'a>> + 'i;

/// Bounds of an inspected transaction.
#[derive(Clone, Copy)]
pub struct Bounds<'w> {
    /// Interrupts the execution. Default: none.
    pub watch: Option<Watch<'w>>,
    /// Parts of the execution that the inspector records. Default: none.
    pub recorded: Recorded,
    /// Bytes that may still be recorded; an execution lowers it. Default: 0.
    pub bytes: usize,
}

impl<'w> Bounds<'w> {
    /// Bounds the time alone: the inspector records nothing that grows with the execution.
    #[must_use]
    pub fn of_time(watch: Option<Watch<'w>>) -> Self {
        Self {
            watch,
            recorded: Recorded::default(),
            bytes: 0,
        }
    }
}

impl std::fmt::Debug for Bounds<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bounds")
            .field("watch", &self.watch.is_some())
            .field("recorded", &self.recorded)
            .field("bytes", &self.bytes)
            .finish()
    }
}

/// Reason for which a transaction has no result.
#[derive(Debug)]
pub enum TransactError {
    /// The [`Watch`] interrupted the execution, or the memory limit was exceeded.
    Interrupted(Interrupt),
    /// The limit of recorded bytes, [`Bounds::bytes`], was exceeded.
    TooLarge,
    /// The transaction is invalid, or the state cannot be read.
    Evm(EVMError<SourceError>),
}

/// Executes `transaction` on `overlay`, which stays as it is, and returns the result with its changes.
///
/// # Errors
///
/// The transaction is invalid, or the state cannot be read.
pub fn transact(
    environment: &Environment,
    overlay: &mut Overlay<'_>,
    transaction: TxEnv,
) -> Result<ResultAndState, EVMError<SourceError>> {
    let mut evm = environment.evm(overlay.take());
    let ran = run_transaction(&mut evm, transaction);
    *overlay = evm.ctx.journaled_state.database;
    ran
}

/// Executes as [`transact`], until `watch` interrupts it.
///
/// # Errors
///
/// [`TransactError`], except [`TransactError::TooLarge`].
pub fn transact_watched(
    environment: &Environment,
    overlay: &mut Overlay<'_>,
    transaction: TxEnv,
    watch: Option<Watch<'_>>,
) -> Result<ResultAndState, TransactError> {
    let bounds = Bounds::of_time(watch);
    run(environment, overlay, transaction, NoOpInspector, bounds).0
}

/// Executes as [`transact`], with `inspector`, within `bounds`.
///
/// # Errors
///
/// [`TransactError`].
pub fn inspect<'a>(
    environment: &Environment,
    overlay: &mut Overlay<'a>,
    transaction: TxEnv,
    inspector: &mut OverlayInspector<'_, 'a>,
    bounds: &mut Bounds<'_>,
) -> Result<ResultAndState, TransactError> {
    let (ran, left) = run(environment, overlay, transaction, inspector, *bounds);
    bounds.bytes = left;
    ran
}

/// Returns the result, and the bytes that may still be recorded.
fn run<'a, I: Inspector<OverlayContext<'a>>>(
    environment: &Environment,
    overlay: &mut Overlay<'a>,
    transaction: TxEnv,
    inspector: I,
    bounds: Bounds<'_>,
) -> (Result<ResultAndState, TransactError>, usize) {
    let watched = Watched::new(inspector, bounds.watch, bounds.recorded, bounds.bytes);
    let mut evm = environment.inspected_evm(overlay.take(), watched);
    let ran = inspect_transaction(&mut evm, transaction);
    let ran = match evm.inspector.stopped() {
        Some(Stop::Interrupted(interrupt)) => Err(TransactError::Interrupted(interrupt)),
        Some(Stop::TooLarge) => Err(TransactError::TooLarge),
        None => ran.map_err(TransactError::Evm),
    };
    *overlay = evm.ctx.journaled_state.database;
    (ran, evm.inspector.left())
}
