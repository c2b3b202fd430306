//! A worker that answers reads beside the engine.
//!
//! The engine publishes the node after each change; a copy shares what it does not change. A reader answers on
//! the node that was published last, so a long read holds up neither the engine nor other readers. The
//! supervisor keeps the order: a client's read begins when its changes before have ended.

use std::sync::{Arc, PoisonError, RwLock};

use parevm_node::{Node, rpc};
use rayon::ThreadPoolBuilder;
use wasm_bindgen::prelude::*;

use crate::error::WireError;
use crate::node::{host, refused, wire_answer};
use crate::{allocator, cancel, encode};

/// The node as it was after the last change.
static HEAD: RwLock<Option<Arc<Node>>> = RwLock::new(None);

/// Lets readers answer on `node` from now on.
pub(crate) fn publish(node: &Node) {
    // Only whole nodes are put in, so a poisoned lock is usable. The one before is dropped without the lock.
    let published = Some(Arc::new(node.clone()));
    let before = std::mem::replace(
        &mut *HEAD.write().unwrap_or_else(PoisonError::into_inner),
        published,
    );
    drop(before);
}

/// One of several workers that answer reads.
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
    /// The reader at `position` of `count`. It executes in its own thread only.
    ///
    /// # Errors
    ///
    /// A `WireError`: this thread belongs to a pool already.
    #[wasm_bindgen(constructor)]
    pub fn new(position: usize, count: usize) -> Result<Reader, JsValue> {
        allocator::book_for_reader(position);
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
        let in_use = allocator::in_use_from_now();
        let head = HEAD.read().unwrap_or_else(PoisonError::into_inner).clone();
        let node = head.ok_or_else(|| WireError::bug("no node is open".to_owned()))?;
        let cancel = cancel::of_reader(self.position);
        let host = host(&self.core, cancel, now_ms, &in_use, self.count);
        let answer = match node.read_params(&host, params) {
            Ok(params) => node
                .read(&host, method, &params)
                .ok_or_else(|| WireError::bug(format!("{method} is no read")))?,
            Err(error) => refused(error),
        };
        Ok(encode::to_js(&wire_answer(answer, &node, Vec::new()))?)
    }
}

/// Names of the methods that readers answer.
#[wasm_bindgen(js_name = readMethods)]
pub fn read_methods() -> Vec<String> {
    rpc::methods()
        .filter(|method| method.is_read())
        .map(|method| method.name.to_owned())
        .collect()
}
