//! Single transactions on an [`Overlay`], for whoever is no block executor: calls, traces, reports, simulated blocks.
//!
//! The EVM is compiled here once per way of running, with closed types: plain, watched, and inspected by a trait object.
//! Floors above bring their tracers as [`OverlayInspector`].

use super::{BlockContext, Environment, Recorded, Stop, Watched};
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
    /// Ends a run that takes too long. Default: none.
    pub watch: Option<Watch<'w>>,
    /// Parts of the run that the inspector records. Default: none.
    pub recorded: Recorded,
    /// Bytes that may still be recorded; a run lowers it. Default: 0.
    pub bytes: usize,
}

impl<'w> Bounds<'w> {
    /// Bounds the time alone: the inspector records nothing that grows with the run.
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

/// Reason why a transaction has no result.
#[derive(Debug)]
pub enum TransactError {
    /// The [`Watch`] ended the run, or more than its memory was needed.
    Interrupted(Interrupt),
    /// More would be recorded than [`Bounds::bytes`] allow.
    TooLarge,
    /// The transaction is invalid, or the state could not be read.
    Evm(EVMError<SourceError>),
}

/// Executes `transaction` on `overlay`, which stays as it is, and returns the result with its changes.
///
/// # Errors
///
/// When the transaction is invalid or the state cannot be read.
pub fn transact(
    environment: &Environment,
    overlay: &mut Overlay<'_>,
    transaction: TxEnv,
) -> Result<ResultAndState, EVMError<SourceError>> {
    super::transact::run(&mut environment.evm(overlay), transaction)
}

/// As [`transact`], until `watch` ends the run.
///
/// # Errors
///
/// [`TransactError`], but for [`TransactError::TooLarge`].
pub fn transact_watched(
    environment: &Environment,
    overlay: &mut Overlay<'_>,
    transaction: TxEnv,
    watch: Option<Watch<'_>>,
) -> Result<ResultAndState, TransactError> {
    let bounds = Bounds::of_time(watch);
    run(environment, overlay, transaction, NoOpInspector, bounds).0
}

/// As [`transact`], and passes every step of the EVM to `inspector`, within `bounds`.
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

/// The result, and the bytes that may still be recorded.
fn run<'a, I: Inspector<OverlayContext<'a>>>(
    environment: &Environment,
    overlay: &mut Overlay<'a>,
    transaction: TxEnv,
    inspector: I,
    bounds: Bounds<'_>,
) -> (Result<ResultAndState, TransactError>, usize) {
    let watched = Watched::new(inspector, bounds.watch, bounds.recorded, bounds.bytes);
    // An inspector that is a trait object names its context: the EVM owns the overlay while it runs.
    let mut evm = environment.inspected_evm(overlay.take(), watched);
    let ran = super::transact::inspect(&mut evm, transaction);
    let ran = match evm.inspector.stopped() {
        Some(Stop::Interrupted(interrupt)) => Err(TransactError::Interrupted(interrupt)),
        Some(Stop::TooLarge) => Err(TransactError::TooLarge),
        None => ran.map_err(TransactError::Evm),
    };
    *overlay = evm.ctx.journaled_state.database;
    (ran, evm.inspector.left())
}
