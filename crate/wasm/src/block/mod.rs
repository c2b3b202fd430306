//! Execution of blocks.
//!
//! Results cross as plain data of `wire`.

pub(crate) mod encode;
mod listener;
#[cfg(not(feature = "threads"))]
mod partial_result;
mod report;
pub(crate) mod wire;
mod wire_bal;
mod wire_number;
mod wire_timeline;

use std::str::FromStr;

use parevm::execute::{self, AccessListOutput, ExecuteOptions, Executor};
use parevm::fixture::Fixture;
use parevm::{BlockOutcome, HeaderChecks};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::cancel::CANCEL;
use crate::engine::Engine;
use crate::error::WireError;
use crate::{clock, reply};
use listener::Listener;

#[wasm_bindgen]
impl Engine {
    /// Executes the block of a fixture (JSON) and returns a `BlockOutcome` of `js/src/type/wire.ts`.
    /// `options` is an `ExecuteOptions` of `js/src/pool/bindings.ts`; progress and receipts go to the
    /// host under the number `request`.
    ///
    /// # Errors
    ///
    /// A `WireError`: the fixture or the block is wrong, or the request was cancelled.
    #[wasm_bindgen(js_name = executeBlock)]
    pub async fn execute_block(
        &self,
        request: u32,
        fixture: Vec<u8>,
        options: JsValue,
    ) -> Result<JsValue, JsValue> {
        let wanted: Options = serde_wasm_bindgen::from_value(options)
            .map_err(|error| WireError::bug(error.to_string()))?;
        let fixture = self.decode(&fixture)?;
        let listener = Listener::new(request, fixture.block.transactions.len());
        let on_receipt = |receipt: &execute::Receipt| listener.receipt(receipt);
        let executor = choice(&wanted.executor)?;
        let list = fixture.block_access_list.as_ref();
        let list = list.filter(|_| executor == Executor::Bal);
        let makes_list = wanted.returns_list || (executor == Executor::Bal && list.is_none());
        let options = ExecuteOptions {
            executor,
            access_list: list,
            access_list_output: match makes_list {
                true => AccessListOutput::Returned,
                false => AccessListOutput::Omitted,
            },
            cancel: Some(&CANCEL),
            progress: Some(&|committed| listener.progress(committed)),
            on_receipt: wanted.receipts.then_some(&on_receipt),
            timeline: wanted.timeline.then_some(&clock::now_ns),
        };
        let start = clock::now_ms();
        let outcome = self.run(request, &fixture, &options).await?;
        let ms = clock::now_ms() - start;
        let checks = compare(&fixture, &outcome);
        Ok(reply::to_js(&encode::outcome(
            &fixture.block,
            outcome,
            checks,
            ms,
        ))?)
    }

    /// Executes batches of a block that another worker leads, whose work queue has the number `request`. Returns the
    /// partial result as bytes; `null` where the fixture has no access list, or an invalid one.
    ///
    /// # Errors
    ///
    /// A `WireError`: the fixture is wrong.
    #[cfg(not(feature = "threads"))]
    pub async fn join(&self, request: u32, fixture: Vec<u8>) -> Result<JsValue, JsValue> {
        let read = || Fixture::from_checked_json(&fixture);
        let fixture = self.core.pool().install(read).map_err(WireError::from)?;
        let result = partial_result::join(request, &fixture, self.workers).await;
        Ok(result.map_or(JsValue::NULL, |result| {
            js_sys::Uint8Array::from(&result.encode()[..]).into()
        }))
    }
}

/// Options of `executeBlock`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    executor: String,
    /// Whether the outcome holds the block's access list.
    returns_list: bool,
    /// Whether the host receives receipts as they are committed.
    receipts: bool,
    /// Whether a timeline is recorded.
    timeline: bool,
}

impl Engine {
    /// Decodes a fixture on all threads.
    pub(crate) fn decode(&self, bytes: &[u8]) -> Result<Fixture, WireError> {
        Ok(self.core.read_fixture(bytes)?)
    }

    /// Executes on all threads; this one waits.
    #[cfg(feature = "threads")]
    async fn run(
        &self,
        _request: u32,
        fixture: &Fixture,
        options: &ExecuteOptions<'_>,
    ) -> Result<BlockOutcome, WireError> {
        Ok(self.core.execute(&fixture.block, &fixture.state, options)?)
    }

    /// Executes in this thread and handles its events every [`PAUSE_MS`], or with helpers where there are some and an
    /// access list.
    #[cfg(not(feature = "threads"))]
    async fn run(
        &self,
        request: u32,
        fixture: &Fixture,
        options: &ExecuteOptions<'_>,
    ) -> Result<BlockOutcome, WireError> {
        if options.access_list.is_some() && self.workers > 1 {
            return partial_result::lead(&self.core, self.workers, request, fixture, options).await;
        }
        let reason = match (options.executor, options.access_list) {
            (Executor::Sequential, _) => "asked for",
            (Executor::Bal, None) => {
                "bal was asked for without an access list: this execution builds one"
            }
            _ => "the single build has one thread",
        };
        let environment = parevm::vm::Environment::new(&fixture.block);
        let mut run =
            execute::Sequential::new(&fixture.block, &environment, &fixture.state, options)?;
        let mut paused_at = clock::now_ms();
        while run.step()?.is_some() {
            if clock::now_ms() - paused_at >= PAUSE_MS {
                report::pause().await;
                paused_at = clock::now_ms();
            }
        }
        Ok(run.finish(reason)?.into_outcome(&environment)?)
    }
}

/// Milliseconds after which the worker of the single build handles its events.
#[cfg(not(feature = "threads"))]
const PAUSE_MS: f64 = 40.0;

/// Compares `outcome` with the header, the state root too where a witness allows it.
pub(crate) fn compare(fixture: &Fixture, outcome: &BlockOutcome) -> HeaderChecks {
    let state_root = fixture.state_root_after(outcome);
    HeaderChecks::new(&fixture.block.declared, outcome, state_root)
}

/// Returns the executor with this name.
pub(crate) fn choice(name: &str) -> Result<Executor, WireError> {
    Executor::from_str(name).map_err(|error| WireError::option(&error))
}
