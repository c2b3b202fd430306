//! Config of a tracer: the `tracerConfig` of the options. Unknown fields are errors.

use crate::trace::TraceError;
use alloy_rpc_types_trace::geth::{GethDebugTracerConfig, GethDebugTracerType};
use parevm::json::decode;
use serde::{Deserialize, de::DeserializeOwned};

/// Config of a tracer that has no settings.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoConfig {}

/// Reads the `tracerConfig` of `tracer`; missing and null fields have their defaults.
///
/// # Errors
///
/// [`TraceError::Config`]: a field is unknown, or has another type.
pub(super) fn read<T: Default + DeserializeOwned>(
    tracer: &GethDebugTracerType,
    config: &GethDebugTracerConfig,
) -> Result<T, TraceError> {
    if config.is_null() {
        return Ok(T::default());
    }
    decode(&config.0).map_err(|error| config_error(tracer, error))
}

/// Returns the error of a config that does not fit the tracer.
pub(super) fn config_error(
    tracer: &GethDebugTracerType,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> TraceError {
    TraceError::Config {
        tracer: tracer.as_str().to_owned(),
        source: source.into(),
    }
}
