//! Running a block by its access list on workers that share no memory.
//!
//! Each has the whole fixture and an instance of its own. One leads: it looks at the signatures, and
//! makes the outcome. All cut the block into the same pieces, of which the [`host`] keeps one set and
//! hands it out: who is ready first need not wait for the leader.

use std::sync::atomic::Ordering;

use parevm::BlockOutcome;
use parevm::execute::{self, BalBlock, ExecuteError, ExecuteOptions, PartialResult};
use parevm::fixture::Fixture;
use parevm::vm::Environment;
use wasm_bindgen::prelude::*;

use crate::cancel::CANCEL;
use crate::engine::Engine;
use crate::error::WireError;
use crate::{encode, host};

#[wasm_bindgen]
impl Engine {
    /// Runs what the host hands out of a block that another worker leads, under its number
    /// `request`. Returns the chunk as bytes; `null` where the fixture has no list, or a wrong one.
    ///
    /// # Errors
    ///
    /// A `WireError`: the fixture is wrong.
    pub async fn help(&self, request: u32, fixture: Vec<u8>) -> Result<JsValue, JsValue> {
        let read = || Fixture::from_checked_json(&fixture);
        let fixture = self.core.pool().install(read).map_err(WireError::from)?;
        let chunk = run(request, &fixture, self.workers).await;
        Ok(chunk.map_or(JsValue::NULL, |chunk| {
            js_sys::Uint8Array::from(&chunk.encode()[..]).into()
        }))
    }
}

/// Runs pieces until the host has no more. `None` where there is no list, or a wrong one.
async fn run(request: u32, fixture: &Fixture, workers: usize) -> Option<PartialResult> {
    let list = fixture.block_access_list.as_ref()?;
    let environment = Environment::new(&fixture.block);
    let listed = BalBlock::new(&fixture.block, &environment, &fixture.state, list).ok()?;
    let pieces = execute::batches(&fixture.block, workers);
    host::hand_out(request, &encode::to_js(&pieces).ok()?);
    let mut chunk = listed.start();
    while let Some(piece) = host::next_piece(request).await {
        chunk.run(&piece).ok()?;
    }
    Some(chunk.finish())
}

/// Has `workers` workers run the block, this one included, and makes the outcome.
///
/// # Errors
///
/// As `executeBlock`.
pub(crate) async fn lead(
    core: &parevm::Engine,
    workers: usize,
    request: u32,
    fixture: &Fixture,
    options: &ExecuteOptions<'_>,
) -> Result<BlockOutcome, WireError> {
    let mut chunks = Vec::with_capacity(workers);
    chunks.extend(run(request, fixture, workers).await);
    for bytes in host::chunks(request).await {
        let chunk =
            PartialResult::decode(&bytes).map_err(|error| WireError::bug(error.to_string()))?;
        chunks.push(chunk);
    }
    if CANCEL.load(Ordering::Relaxed) {
        return Err(ExecuteError::Cancelled { committed: 0 }.into());
    }
    Ok(core.merge(&fixture.block, &fixture.state, options, chunks, workers)?)
}
