//! Runs a block again and again, beside a plain loop of revm over the same memory.

use std::hint::black_box;

use parevm::BlockOutcome;
use parevm::block::Fixture;
use parevm::execute::{ExecuteOptions, Executor};
use parevm::vm::Environment;
use parevm_testkit::{baseline, compare::difference};
use wasm_bindgen::prelude::*;

use crate::engine::{Engine, choice, compare};
use crate::error::WireError;
use crate::{clock, encode, wire};

#[wasm_bindgen]
impl Engine {
    /// Executes the block of a fixture (JSON), compares it with sequential execution, and times it
    /// beside plain revm: `samples` times each, in turn, each sample repeated until it takes
    /// `sample_ms` milliseconds. Returns a `Replay` of `js/src/type/wire.ts`.
    ///
    /// Both are timed from the decoded block and state to the results in order and the merged state.
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
        let executor = choice(&executor)?;
        let fixture = self.decode(&fixture)?;
        let outcome = self.execute(&fixture, executor)?;
        let specification = self.execute(&fixture, Executor::Sequential)?;
        let checks = compare(&fixture, &outcome);

        let mut plain = Series::new(sample_ms, || {
            black_box(baseline::run(&fixture.block, &fixture.state)?);
            Ok(())
        })?;
        let options = ExecuteOptions {
            executor,
            ..Default::default()
        };
        let mut parallel = Series::new(sample_ms, || {
            let environment = Environment::new(&fixture.block);
            let state = &fixture.state;
            black_box(
                self.core
                    .run(&fixture.block, &environment, state, &options)?,
            );
            Ok(())
        })?;
        for _ in 0..samples {
            plain.sample()?;
            parallel.sample()?;
        }
        Ok(encode::to_js(&wire::Replay {
            number: fixture.block.header.number,
            transactions: fixture.block.transactions.len() as u32,
            gas_used: outcome.gas_used,
            checks: encode::wire_checks(checks),
            equals_sequential: difference(&outcome, &specification).is_none(),
            schedule: encode::schedule(&outcome.schedule),
            plain_ms: plain.samples,
            parallel_ms: parallel.samples,
        })?)
    }
}

impl Engine {
    fn execute(&self, fixture: &Fixture, executor: Executor) -> Result<BlockOutcome, WireError> {
        let options = ExecuteOptions {
            executor,
            ..Default::default()
        };
        Ok(self
            .core
            .execute(&fixture.block, &fixture.state, &options)?)
    }
}

/// Samples of one kind of work.
struct Series<F> {
    work: F,
    repetitions: u32,
    /// Milliseconds of one repetition, one per sample.
    samples: Vec<f64>,
}

impl<F: FnMut() -> Result<(), WireError>> Series<F> {
    /// Runs `work` once to warm up and once to see how often it fits into `sample_ms`.
    fn new(sample_ms: f64, mut work: F) -> Result<Self, WireError> {
        work()?;
        let start = clock::now_ms();
        work()?;
        let once = (clock::now_ms() - start).max(1e-3);
        let repetitions = (sample_ms / once).ceil().clamp(1.0, 1e6) as u32;
        Ok(Self {
            work,
            repetitions,
            samples: Vec::new(),
        })
    }

    fn sample(&mut self) -> Result<(), WireError> {
        let start = clock::now_ms();
        for _ in 0..self.repetitions {
            (self.work)()?;
        }
        self.samples
            .push((clock::now_ms() - start) / f64::from(self.repetitions));
        Ok(())
    }
}
