//! Timing of a block beside the reference loop (plain revm) over the same memory.

use parevm::{Block, BlockAccessList, BlockOutcome, ExecuteError, HeaderChecks, MemoryState};
use parevm_testkit::measurement::{EngineMeasurement, SamplingOptions, measure};
use parevm_testkit::workload::Workload;
use wasm_bindgen::prelude::*;

use crate::block::{choice, compare, encode, wire};
use crate::clock::now_ms;
use crate::engine::Engine;
use crate::error::WireError;
use crate::reply;

#[wasm_bindgen]
impl Engine {
    /// Executes the block of a fixture (JSON), compares it with sequential execution, and times it
    /// beside plain revm: `samples` times each, in turn, each sample repeated until it takes
    /// `sample_ms` milliseconds. Returns a `Replay` of `js/src/type/wire.ts`.
    ///
    /// All are timed from the decoded block and state to the results in order and the merged state.
    ///
    /// # Errors
    ///
    /// A `WireError`: the fixture or the block is wrong.
    pub fn replay(
        &self,
        fixture: Vec<u8>,
        executor: String,
        samples: usize,
        sample_ms: f64,
    ) -> Result<JsValue, JsValue> {
        let fixture = self.decode(&fixture)?;
        let timing = timing(samples, sample_ms);
        let mut replay = self.measure(
            &fixture.block,
            &fixture.state,
            fixture.block_access_list.as_ref(),
            &executor,
            &timing,
        )?;
        replay.1.checks = encode::wire_checks(compare(&fixture, &replay.0));
        Ok(reply::to_js(&replay.1)?)
    }

    /// The same for a block of the synthetic suite, made of `count` transactions, or of as many as
    /// the suite has where it is zero. It has no header to be compared with.
    ///
    /// # Errors
    ///
    /// A `WireError`: there is no such block.
    #[wasm_bindgen(js_name = replaySynthetic)]
    pub fn replay_synthetic(
        &self,
        name: String,
        count: usize,
        executor: String,
        samples: usize,
        sample_ms: f64,
    ) -> Result<JsValue, JsValue> {
        let kind = Workload::named(&name).map_err(|error| WireError::option(&error))?;
        let (block, state) = (kind.make)(if count == 0 { kind.count } else { count });
        let timing = timing(samples, sample_ms);
        let (_, replay) = self.measure(&block, &state, None, &executor, &timing)?;
        Ok(reply::to_js(&replay)?)
    }
}

impl Engine {
    fn measure(
        &self,
        block: &Block,
        state: &MemoryState,
        list: Option<&BlockAccessList>,
        executor: &str,
        timing: &SamplingOptions,
    ) -> Result<(BlockOutcome, wire::Replay), WireError> {
        let mut measured = measure(&[&self.core], choice(executor)?, list, block, state, timing)?;
        let EngineMeasurement {
            parallel_ms,
            bal_ms,
            outcome,
            difference,
            timeline_ms: _,
            thread_time: _,
        } = measured.on.pop().ok_or(ExecuteError::Bug {
            invariant: "one engine, one measurement",
        })?;
        let replay = wire::Replay {
            number: block.header.number,
            transactions: block.transactions.len() as u32,
            gas_used: outcome.gas_used,
            checks: encode::wire_checks(HeaderChecks::default()),
            equals_sequential: difference.is_none(),
            plan: encode::plan(&outcome.report),
            statistics: encode::statistics(&outcome.report),
            plain_ms: measured.plain_ms,
            sequential_ms: measured.sequential_ms,
            parallel_ms,
            bal_ms,
            longest_ms: measured.longest_ms,
        };
        Ok((outcome, replay))
    }
}

fn timing(samples: usize, sample_ms: f64) -> SamplingOptions {
    SamplingOptions {
        samples,
        sample_ms,
        now: now_ms,
        timeline: false,
    }
}
