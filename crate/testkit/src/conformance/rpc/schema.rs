//! Schemas of JSON-RPC results.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Schemas of the engine API that `spec/` refers to and lacks.
const OF_ENGINE_API: &str = include_str!("engine.json");

/// Schemas of the results of all methods, from the OpenRPC sources of execution-apis.
pub(super) struct Schemas {
    /// Named schemas that others refer to.
    components: Value,
    /// Schemas of results, by method.
    results: BTreeMap<String, Value>,
}

impl Schemas {
    /// Decodes the files in `spec/`: named schemas are in `spec/schemas`, methods in the other folders.
    ///
    /// # Errors
    ///
    /// The first malformed file.
    pub(super) fn new(files: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut components: Map<String, Value> =
            serde_json::from_str(OF_ENGINE_API).map_err(|error| error.to_string())?;
        let mut results = BTreeMap::new();
        for (name, text) in files.iter().filter(|(name, _)| name.starts_with("spec/")) {
            let content: Value =
                serde_saphyr::from_str(text).map_err(|error| format!("{name}: {error}"))?;
            match content {
                Value::Object(schemas) if name.starts_with("spec/schemas/") => {
                    components.extend(schemas);
                }
                Value::Array(methods) => {
                    let named = methods.into_iter().filter_map(|mut method| {
                        let schema = method.pointer_mut("/result/schema")?.take();
                        Some((method["name"].as_str()?.to_owned(), schema))
                    });
                    results.extend(named);
                }
                // Error codes, which no schema refers to.
                _ => {}
            }
        }
        Ok(Self {
            components: json!({ "schemas": components }),
            results,
        })
    }

    /// Validates `result` with the schema of `method`.
    ///
    /// # Errors
    ///
    /// The first violation, with its path.
    pub(super) fn check(&self, method: &str, result: &Value) -> Result<(), String> {
        match self.validator(method)?.validate(result) {
            Ok(()) => Ok(()),
            Err(error) => Err(format!("result{}: {error}", error.instance_path())),
        }
    }

    fn validator(&self, method: &str) -> Result<Validator, String> {
        let schema = self.results.get(method);
        let schema = schema.ok_or_else(|| format!("spec has no schema of {method}"))?;
        let root = json!({ "components": self.components, "allOf": [schema] });
        jsonschema::options()
            .with_draft(Draft::Draft7)
            .build(&root)
            .map_err(|error| format!("the schema of {method}: {error}"))
    }
}
