//! Options of a trace and settings of tracers. One that is not known is an error, and never dropped.

use super::{TraceError, TraceOptions};
use alloy_primitives::U64;
use alloy_rpc_types_trace::geth::{
    GethDebugTracerConfig, GethDebugTracerType, GethDebugTracingCallOptions,
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value};

/// Options that are read from JSON with all their keys known.
#[derive(Clone, Debug, Default)]
pub struct Known<T>(pub T);

/// Options of which all keys have a name here.
pub(crate) trait Keys: DeserializeOwned {
    /// The keys.
    const KEYS: &'static [&'static str];
}

impl Keys for TraceOptions {
    // Those of a call without the last three, which say on what it runs.
    const KEYS: &'static [&'static str] = {
        let all = GethDebugTracingCallOptions::KEYS;
        all.split_at(all.len() - 3).0
    };
}

impl Keys for GethDebugTracingCallOptions {
    const KEYS: &'static [&'static str] = &[
        "tracer",
        "tracerConfig",
        "timeout",
        "reexec",
        "enableMemory",
        "disableMemory",
        "disableStack",
        "disableStorage",
        "enableReturnData",
        "disableReturnData",
        "debug",
        "limit",
        "stateOverrides",
        "blockOverrides",
        "txIndex",
    ];
}

impl<'de, T: Keys> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Map::<String, Value>::deserialize(deserializer)?;
        if let Some(key) = given.keys().find(|key| !T::KEYS.contains(&key.as_str())) {
            return Err(D::Error::unknown_field(key, T::KEYS));
        }
        serde_path_to_error::deserialize(Value::Object(given))
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// Settings of `callTracer`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CallOptions {
    only_top_call: Option<bool>,
    with_log: Option<bool>,
}

impl CallOptions {
    /// All calls, with their logs.
    pub(super) const WITH_LOGS: Self = Self {
        only_top_call: None,
        with_log: Some(true),
    };

    /// True when the calls within the transaction are left out.
    pub(super) fn only_top_call(&self) -> bool {
        self.only_top_call.unwrap_or_default()
    }

    /// True when logs are shown.
    pub(super) fn with_log(&self) -> bool {
        self.with_log.unwrap_or_default()
    }
}

/// Settings of `flatCallTracer`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FlatCallOptions {
    convert_parity_errors: Option<bool>,
    include_precompiles: Option<bool>,
    /// Settings of the call tracer within, which geth takes and does not pass on.
    #[serde(rename = "onlyTopCall")]
    _only_top_call: Option<bool>,
    #[serde(rename = "withLog")]
    _with_log: Option<bool>,
}

impl FlatCallOptions {
    /// True when errors are in Parity's words.
    pub(super) fn convert_parity_errors(&self) -> bool {
        self.convert_parity_errors.unwrap_or_default()
    }

    /// True when calls of precompiles are shown.
    pub(super) fn include_precompiles(&self) -> bool {
        self.include_precompiles.unwrap_or_default()
    }
}

/// Settings of `prestateTracer`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PrestateOptions {
    diff_mode: Option<bool>,
    disable_code: Option<bool>,
    disable_storage: Option<bool>,
    include_empty: Option<bool>,
}

impl PrestateOptions {
    /// True when changes are shown.
    pub(super) fn is_difference(&self) -> bool {
        self.diff_mode.unwrap_or_default()
    }

    /// True when code is shown.
    pub(super) fn has_code(&self) -> bool {
        !self.disable_code.unwrap_or_default()
    }

    /// True when slots are shown.
    pub(super) fn has_storage(&self) -> bool {
        !self.disable_storage.unwrap_or_default()
    }

    /// True when accounts are shown that were empty.
    pub(super) fn has_empty(&self) -> bool {
        self.include_empty.unwrap_or_default()
    }
}

/// Settings of `erc7562Tracer`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Erc7562Options {
    /// Stack items that geth keeps of each instruction; they show nowhere.
    #[serde(rename = "stackTopItemsSize")]
    _stack_top_items_size: Option<u64>,
    ignored_opcodes: Option<Vec<U64>>,
    with_log: Option<bool>,
}

impl Erc7562Options {
    /// Opcodes that are not counted; `None` for those that no rule looks at.
    pub(super) fn ignored_opcodes(&self) -> Option<Vec<u8>> {
        let given = self.ignored_opcodes.as_ref()?;
        Some(given.iter().map(|opcode| opcode.byte(0)).collect())
    }

    /// True when logs are shown.
    pub(super) fn with_log(&self) -> bool {
        self.with_log.unwrap_or_default()
    }
}

/// Settings of a tracer that has none.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoOptions {}

/// Reads the `tracerConfig` of `tracer`; what is missing or null has its defaults.
///
/// # Errors
///
/// [`TraceError::Config`]: a setting is not known, or has another type.
pub(super) fn read<T: Default + DeserializeOwned>(
    tracer: &GethDebugTracerType,
    config: &GethDebugTracerConfig,
) -> Result<T, TraceError> {
    if config.is_null() {
        return Ok(T::default());
    }
    serde_path_to_error::deserialize(&config.0).map_err(|error| wrong(tracer, error))
}

/// The settings do not fit the tracer.
pub(super) fn wrong(
    tracer: &GethDebugTracerType,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> TraceError {
    TraceError::Config {
        tracer: tracer.as_str().to_owned(),
        source: source.into(),
    }
}
