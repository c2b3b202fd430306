//! Execution of a block by its access list on workers that share no memory.
//!
//! Each worker has the whole fixture and an instance of its own. The leader recovers the senders and merges the partial
//! results; the others are helpers. All workers compute the same batches, and the host keeps one work queue of
//! them, so no helper waits for the leader.

use std::sync::atomic::Ordering;

use parevm::BlockOutcome;
use parevm::execute::{self, BalBlock, ExecuteError, ExecuteOptions, PartialResult};
use parevm::fixture::Fixture;
use parevm::vm::Environment;

use super::report;
use crate::cancel::CANCEL;
use crate::error::WireError;
use crate::reply;

/// Executes batches of the work queue of `request` until it is empty, and returns the partial result. `None` where
/// the fixture has no access list, or an invalid one.
pub(crate) async fn join(request: u32, fixture: &Fixture, workers: usize) -> Option<PartialResult> {
    let list = fixture.block_access_list.as_ref()?;
    let environment = Environment::new(&fixture.block);
    let listed = BalBlock::new(&fixture.block, &environment, &fixture.state, list).ok()?;
    let batches = execute::batches(&fixture.block, workers);
    report::queue_batches(request, &reply::to_js(&batches).ok()?);
    let mut result = listed.worker();
    while let Some(batch) = report::next_batch(request).await {
        result.run(&batch).ok()?;
    }
    Some(result.finish())
}

/// Executes the block on `workers` workers, this one included, and merges their partial results.
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
    let mut results = Vec::with_capacity(workers);
    results.extend(join(request, fixture, workers).await);
    for bytes in report::collect(request).await {
        let result =
            PartialResult::decode(&bytes).map_err(|error| WireError::bug(error.to_string()))?;
        results.push(result);
    }
    if CANCEL.load(Ordering::Relaxed) {
        return Err(ExecuteError::Cancelled { committed: 0 }.into());
    }
    Ok(core.merge(&fixture.block, &fixture.state, options, results, workers)?)
}
