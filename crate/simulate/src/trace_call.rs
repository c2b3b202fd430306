//! Trace of a simulated call.

use crate::{
    CallError, CallRequest, Simulation,
    error::call_error,
    trace::{Trace, TraceError, TraceLimits, TraceOptions, TracePosition, trace_call_at},
};
use parevm::execute::ExecuteError;
use revm::context::result::EVMError;

/// Error of the trace of a simulated call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceCallError {
    /// The call is invalid, or its request contradicts itself.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The options are invalid, or the trace exceeds its limits.
    #[error(transparent)]
    Trace(#[from] TraceError),
}

impl Simulation<'_> {
    /// Executes the call and returns its trace, as `debug_traceCall` does. `limits` replaces the time limit of the
    /// simulation.
    ///
    /// # Errors
    ///
    /// [`TraceCallError`]. A call that reverts or halts has a trace too.
    pub fn trace(
        &self,
        request: &CallRequest,
        options: &TraceOptions,
        limits: &TraceLimits<'_>,
    ) -> Result<Trace, TraceCallError> {
        self.trace_at(TracePosition::default(), request, options, limits)
    }

    /// Executes the call and returns its trace as of a transaction at `position`.
    ///
    /// # Errors
    ///
    /// As [`Self::trace`].
    pub fn trace_at(
        &self,
        position: TracePosition,
        request: &CallRequest,
        options: &TraceOptions,
        limits: &TraceLimits<'_>,
    ) -> Result<Trace, TraceCallError> {
        let (transaction, environment) = self.resolve(request)?;
        let state = &self.state;
        let call = transaction.clone();
        trace_call_at(position, call, &environment, state, options, limits).map_err(|error| {
            let TraceError::Execute(ExecuteError::InvalidTransaction { source, .. }) = error else {
                return error.into();
            };
            let error = EVMError::Transaction(source);
            let error = call_error(error, &transaction, &environment, state);
            error
                .in_context(|message| format!("tracing failed: {message}"))
                .into()
        })
    }
}
