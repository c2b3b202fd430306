//! Runs official fixtures, one file at a time.

use parevm_testkit::conformance::{Setup, Suite};
use wasm_bindgen::prelude::*;

use crate::block::choice;
use crate::clock;
use crate::engine::Engine;
use crate::error::WireError;

#[wasm_bindgen]
impl Engine {
    /// Runs the cases of one file of `suite` and returns what became of them: JSON, an array of
    /// `Verdict` of `js/src/pool/message.ts`. A case passes when it passes with each of `executors`.
    ///
    /// # Errors
    ///
    /// A `WireError`: there is no such suite or executor.
    pub fn conformance(
        &self,
        suite: &str,
        file: &str,
        text: Vec<u8>,
        executors: Vec<String>,
        only: Option<String>,
    ) -> Result<String, JsValue> {
        let suite: Suite = suite.parse().map_err(|error| WireError::option(&error))?;
        let executors = executors
            .iter()
            .map(|name| choice(name))
            .collect::<Result<Vec<_>, _>>()?;
        let setup = Setup {
            engine: &self.core,
            executors: &executors,
            only: only.as_deref(),
            trace: None,
            now: clock::now_ms,
        };
        let mut verdicts = Vec::new();
        suite.run(file, &text, &setup, &mut |verdict| verdicts.push(verdict));
        let text = serde_json::to_string(&verdicts);
        Ok(text.map_err(|error| WireError::bug(error.to_string()))?)
    }
}
