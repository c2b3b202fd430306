//! Options of a trace, as JSON in which every key must be known.

use super::TraceOptions;
use alloy_rpc_types_trace::geth::GethDebugTracingCallOptions;
use parevm::json::decode;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value};

/// Options read from JSON; an unknown key is an error.
#[derive(Clone, Debug, Default)]
pub struct StrictOptions<T>(pub T);

/// Options with the list of their keys.
pub(crate) trait OptionKeys: DeserializeOwned {
    /// Names of all keys.
    const KEYS: &'static [&'static str];
}

impl OptionKeys for TraceOptions {
    // The keys of a call without the last three, which select state and block.
    const KEYS: &'static [&'static str] = {
        let all = GethDebugTracingCallOptions::KEYS;
        all.split_at(all.len() - 3).0
    };
}

impl OptionKeys for GethDebugTracingCallOptions {
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

impl<'de, T: OptionKeys> Deserialize<'de> for StrictOptions<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Map::<String, Value>::deserialize(deserializer)?;
        if let Some(key) = given.keys().find(|key| !T::KEYS.contains(&key.as_str())) {
            return Err(D::Error::unknown_field(key, T::KEYS));
        }
        decode(&Value::Object(given))
            .map(Self)
            .map_err(D::Error::custom)
    }
}
