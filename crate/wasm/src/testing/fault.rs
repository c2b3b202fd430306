//! Breaks the engine on purpose, so that tests see what a break looks like from outside.
//!
//! Workers call this only when the supervisor was created to be broken.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::Engine;

#[wasm_bindgen]
impl Engine {
    /// Panics in a thread of the pool (in the engine's own where there is no pool).
    #[wasm_bindgen(js_name = panicInPool)]
    pub fn panic_in_pool(&self) {
        self.core.pool().install(panic_here);
    }

    /// Panics in the engine's own thread.
    #[wasm_bindgen(js_name = panicInEngine)]
    pub fn panic_in_engine(&self) {
        panic_here();
    }

    /// Never returns, and ignores the cancel flag.
    pub fn hang(&self) {
        loop {
            std::hint::spin_loop();
        }
    }
}

#[allow(clippy::panic, reason = "the purpose of this file")]
fn panic_here() {
    panic!("a fault that a test asked for");
}
