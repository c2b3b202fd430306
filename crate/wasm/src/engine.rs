//! Engine of a worker.

use std::cell::{Cell, RefCell};

use parevm_node::Node;
use wasm_bindgen::prelude::*;

use crate::error::WireError;

/// Engine with its thread pool and its node.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    pub(crate) core: parevm::Engine,
    /// Node, once `openNode` was called.
    pub(crate) node: RefCell<Option<Node>>,
    /// Number of readers: workers that answer reads beside this one.
    pub(crate) readers: Cell<usize>,
    /// Number of workers that execute a block by its access list in the single build, this one included.
    #[cfg(not(feature = "threads"))]
    #[cfg_attr(
        not(feature = "full"),
        expect(dead_code, reason = "blocks alone have helpers")
    )]
    pub(crate) workers: usize,
}

#[wasm_bindgen]
impl Engine {
    /// Creates an engine with `threads` executing threads, one per pool worker. In the single build only the caller's
    /// thread shares its memory.
    ///
    /// # Errors
    ///
    /// A `WireError`: the pool cannot be built.
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

    /// Publishes each state of the node to `readers` workers, which answer reads beside this one and have an equal share
    /// of the memory.
    #[cfg(feature = "threads")]
    #[wasm_bindgen(js_name = serveReaders)]
    pub fn serve_readers(&self, readers: usize) {
        self.readers.set(readers.min(parevm_allocator::MAX_READERS));
    }
}
