//! The engine that one worker owns.

use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};

use parevm::block::Fixture;
use parevm::execute::{self, Executor};
use parevm::{BlockOutcome, Checks};
use wasm_bindgen::prelude::*;

use crate::cancel::CANCEL;
use crate::error::WireError;
use crate::{encode, host};

/// An engine and the pool it executes on.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    pub(crate) core: parevm::Engine,
}

#[wasm_bindgen]
impl Engine {
    /// An engine with `threads` executing threads, as many as there are pool workers. The single
    /// build has one: the caller's.
    ///
    /// # Errors
    ///
    /// When the pool cannot be built.
    #[wasm_bindgen(constructor)]
    pub fn new(threads: usize) -> Result<Engine, JsValue> {
        #[cfg(feature = "threads")]
        let pool = {
            crate::threads::reserve_memory();
            crate::threads::build_pool(threads)
        };
        #[cfg(not(feature = "threads"))]
        let pool = {
            let _ = threads;
            rayon::ThreadPoolBuilder::new()
                .num_threads(1)
                .use_current_thread()
                .build()
        };
        let pool = pool.map_err(|error| WireError::bug(error.to_string()))?;
        Ok(Self {
            core: parevm::Engine::with_pool(pool),
        })
    }

    /// Executes the block of a fixture (JSON) and returns a `BlockOutcome` of `js/src/type/wire.ts`.
    /// Progress goes to the host under the number `request`.
    ///
    /// # Errors
    ///
    /// A `WireError`: the fixture or the block is wrong, or the request was cancelled.
    #[wasm_bindgen(js_name = executeBlock)]
    pub async fn execute_block(
        &self,
        request: u32,
        fixture: Vec<u8>,
        executor: String,
    ) -> Result<JsValue, JsValue> {
        CANCEL.store(false, Ordering::Relaxed);
        let fixture = self.decode(&fixture)?;
        let outcome = self.run(request, &fixture, choice(&executor)?).await?;
        let checks = compare(&fixture, &outcome);
        Ok(encode::to_js(&encode::outcome(
            &fixture.block,
            outcome,
            checks,
        ))?)
    }
}

impl Engine {
    /// Decodes a fixture, on all threads.
    pub(crate) fn decode(&self, bytes: &[u8]) -> Result<Fixture, WireError> {
        Ok(self.core.read_fixture(bytes)?)
    }

    /// Executes on all threads; this one waits.
    #[cfg(feature = "threads")]
    async fn run(
        &self,
        request: u32,
        fixture: &Fixture,
        executor: Executor,
    ) -> Result<BlockOutcome, WireError> {
        let progress = Progress::new(request, fixture);
        let options = execute::ExecuteOptions {
            executor,
            access_list: fixture
                .block_access_list
                .as_ref()
                .filter(|_| executor == Executor::Bal),
            cancel: Some(&CANCEL),
            progress: Some(&|settled| progress.tell(settled)),
            ..Default::default()
        };
        Ok(self
            .core
            .execute(&fixture.block, &fixture.state, &options)?)
    }

    /// Executes in this thread and serves its events every [`PAUSE_MS`].
    #[cfg(not(feature = "threads"))]
    async fn run(
        &self,
        request: u32,
        fixture: &Fixture,
        executor: Executor,
    ) -> Result<BlockOutcome, WireError> {
        use parevm::vm::Environment;

        let progress = Progress::new(request, fixture);
        let reason = match executor {
            Executor::Sequential => "asked for",
            _ => "the single build has one thread",
        };
        let environment = Environment::new(&fixture.block);
        let mut run = execute::Sequential::new(
            &fixture.block,
            &environment,
            &fixture.state,
            &Default::default(),
        )?;
        let mut paused_at = crate::clock::now_ms();
        while run.step()?.is_some() {
            progress.tell(run.settled());
            if crate::clock::now_ms() - paused_at < PAUSE_MS {
                continue;
            }
            host::pause().await;
            paused_at = crate::clock::now_ms();
            if CANCEL.load(Ordering::Relaxed) {
                return Err(WireError::cancelled());
            }
        }
        let executed = run.finish(reason)?;
        Ok(execute::finish(&environment, executed)?)
    }
}

/// Milliseconds between two looks at the events of the single build's worker.
#[cfg(not(feature = "threads"))]
const PAUSE_MS: f64 = 40.0;

/// Compares `outcome` with what the header claims, the state root too where a witness allows it.
pub(crate) fn compare(fixture: &Fixture, outcome: &BlockOutcome) -> Checks {
    let state_root = fixture.state_root_after(outcome);
    Checks::new(&fixture.block.declared, outcome, state_root)
}

/// Returns the executor that the caller named.
pub(crate) fn choice(name: &str) -> Result<Executor, WireError> {
    Executor::from_str(name).map_err(|error| WireError::option(&error))
}

/// Tells the host how far a request is, in about [`Progress::STEPS`] messages.
struct Progress {
    request: u32,
    total: usize,
    /// What has to be settled before the next message.
    next: AtomicUsize,
}

impl Progress {
    const STEPS: usize = 50;

    fn new(request: u32, fixture: &Fixture) -> Self {
        Self {
            request,
            total: fixture.block.transactions.len(),
            next: AtomicUsize::new(0),
        }
    }

    fn tell(&self, settled: usize) {
        // Relaxed: the numbers carry no other data, and a message too many does no harm.
        if settled < self.next.load(Ordering::Relaxed) && settled < self.total {
            return;
        }
        self.next.fetch_max(
            settled + self.total.div_ceil(Self::STEPS),
            Ordering::Relaxed,
        );
        host::settled(self.request, settled, self.total);
    }
}
