//! The engine that one worker owns.

use std::cell::{Cell, RefCell};
use std::str::FromStr;

use parevm::execute::{self, AccessListOutput, ExecuteOptions, Executor};
use parevm::fixture::Fixture;
use parevm::{BlockOutcome, HeaderChecks};
use parevm_node::Node;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::cancel::CANCEL;
#[cfg(not(feature = "threads"))]
use crate::chunk;
use crate::error::WireError;
use crate::listener::Listener;
use crate::{clock, encode};

/// An engine, the pool it executes on, and the node that it serves.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    pub(crate) core: parevm::Engine,
    /// Open from when `openNode` was called.
    pub(crate) node: RefCell<Option<Node>>,
    /// Workers that answer reads beside this one.
    pub(crate) readers: Cell<usize>,
    /// Workers that run a block by its access list, this one included.
    #[cfg(not(feature = "threads"))]
    pub(crate) workers: usize,
}

#[wasm_bindgen]
impl Engine {
    /// An engine with `threads` executing threads, as many as there are pool workers. In the single
    /// build the caller's is the only one that shares its memory.
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
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .use_current_thread()
            .build();
        let pool = pool.map_err(|error| WireError::bug(error.to_string()))?;
        Ok(Self {
            core: parevm::Engine::with_pool(pool),
            node: RefCell::new(None),
            readers: Cell::new(0),
            #[cfg(not(feature = "threads"))]
            workers: threads,
        })
    }

    /// Shows each state of the node that is opened next to `readers` workers, which answer reads beside this
    /// one and get an equal share of the memory.
    #[cfg(feature = "threads")]
    #[wasm_bindgen(js_name = serveReaders)]
    pub fn serve_readers(&self, readers: usize) {
        self.readers
            .set(readers.min(crate::allocator::MOST_READERS));
    }

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
            progress: Some(&|settled| listener.progress(settled)),
            on_receipt: wanted.receipts.then_some(&on_receipt),
            timeline: wanted.timeline.then_some(&clock::now_ns),
        };
        let start = clock::now_ms();
        let outcome = self.run(request, &fixture, &options).await?;
        let ms = clock::now_ms() - start;
        let checks = compare(&fixture, &outcome);
        Ok(encode::to_js(&encode::outcome(
            &fixture.block,
            outcome,
            checks,
            ms,
        ))?)
    }
}

/// What the caller of `executeBlock` wants.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    executor: String,
    /// Whether the outcome holds the block's access list.
    returns_list: bool,
    /// Whether receipts go to the host as they become final.
    receipts: bool,
    /// Whether a timeline is recorded.
    timeline: bool,
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
        _request: u32,
        fixture: &Fixture,
        options: &ExecuteOptions<'_>,
    ) -> Result<BlockOutcome, WireError> {
        Ok(self.core.execute(&fixture.block, &fixture.state, options)?)
    }

    /// Executes in this thread and serves its events every [`PAUSE_MS`], or with other workers
    /// where there are some and a list.
    #[cfg(not(feature = "threads"))]
    async fn run(
        &self,
        request: u32,
        fixture: &Fixture,
        options: &ExecuteOptions<'_>,
    ) -> Result<BlockOutcome, WireError> {
        if options.access_list.is_some() && self.workers > 1 {
            return chunk::lead(&self.core, self.workers, request, fixture, options).await;
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
                crate::host::pause().await;
                paused_at = clock::now_ms();
            }
        }
        Ok(run.finish(reason)?.into_outcome(&environment)?)
    }
}

/// Milliseconds between two looks at the events of the single build's worker.
#[cfg(not(feature = "threads"))]
const PAUSE_MS: f64 = 40.0;

/// Compares `outcome` with what the header claims, the state root too where a witness allows it.
pub(crate) fn compare(fixture: &Fixture, outcome: &BlockOutcome) -> HeaderChecks {
    let state_root = fixture.state_root_after(outcome);
    HeaderChecks::new(&fixture.block.declared, outcome, state_root)
}

/// Returns the executor that the caller named.
pub(crate) fn choice(name: &str) -> Result<Executor, WireError> {
    Executor::from_str(name).map_err(|error| WireError::option(&error))
}
