//! Reader: a worker that answers reads beside the engine.
//!
//! The engine publishes the node after each change. A reader answers on the node that was published last, so a long read
//! blocks neither the engine nor other readers. The supervisor keeps the order: a client's read starts after its
//! earlier changes have ended.

use parevm_node::{node::Host, rpc};
use rayon::ThreadPoolBuilder;
use wasm_bindgen::prelude::*;

use crate::error::WireError;
use crate::node::{host, refused, wire_answer};
use crate::{cancel, published, reply};

/// Reader of the published node.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Reader {
    core: parevm::Engine,
    /// Position among the readers, from 0.
    position: usize,
    /// Number of readers.
    count: usize,
}

#[wasm_bindgen]
impl Reader {
    /// Creates the reader at `position` of `count`. It executes in its own thread only.
    ///
    /// # Errors
    ///
    /// A `WireError`: this thread belongs to a pool already.
    #[wasm_bindgen(constructor)]
    pub fn new(position: usize, count: usize) -> Result<Reader, JsValue> {
        parevm_allocator::book_for_reader(position);
        let pool = ThreadPoolBuilder::new()
            .num_threads(1)
            .use_current_thread()
            .build()
            .map_err(|error| WireError::bug(error.to_string()))?;
        Ok(Self {
            core: parevm::Engine::with_pool(pool),
            position,
            count,
        })
    }

    /// Answers a read as `Engine.request` does.
    ///
    /// # Errors
    ///
    /// A `WireError`: no node is open, or the method is no read.
    pub fn request(&self, method: &str, params: &str, now_ms: f64) -> Result<JsValue, JsValue> {
        let in_use = parevm_allocator::in_use_from_now();
        let node = published::node().ok_or_else(|| WireError::bug("no node is open".to_owned()))?;
        let host = self.host(now_ms, &in_use);
        let answer = match node.read_params(&host, params) {
            Ok(params) => node
                .read(&host, method, &params)
                .ok_or_else(|| WireError::bug(format!("{method} changes the node")))?,
            Err(error) => refused(error),
        };
        Ok(reply::to_js(&wire_answer(answer, &node, Vec::new()))?)
    }
}

impl Reader {
    /// Returns the host of a request at the time `now_ms`. `in_use` measures its memory.
    pub(crate) fn host<'a>(
        &'a self,
        now_ms: f64,
        in_use: &'a (dyn Fn() -> usize + Sync),
    ) -> Host<'a> {
        let cancel = cancel::of_reader(self.position);
        host(&self.core, cancel, now_ms, in_use, self.count)
    }
}

/// Returns the names of the methods that readers answer.
#[wasm_bindgen(js_name = readMethods)]
pub fn read_methods() -> Vec<String> {
    rpc::methods()
        .filter(|method| method.is_read())
        .map(|method| method.name.to_owned())
        .collect()
}
