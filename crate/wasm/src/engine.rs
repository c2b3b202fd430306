//! The engine that one worker owns.
use wasm_bindgen::prelude::*;

/// One engine and its pool.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    #[cfg(feature = "threads")]
    pool: rayon::ThreadPool,
}

#[wasm_bindgen]
impl Engine {
    /// An engine with `threads` executing threads.
    #[wasm_bindgen(constructor)]
    pub fn new(threads: usize) -> Result<Engine, JsError> {
        let _ = threads;
        Ok(Engine {
            #[cfg(feature = "threads")]
            pool: crate::threads::build_pool(threads)?,
        })
    }

    /// Plumbing.
    #[cfg(feature = "threads")]
    pub fn smoke(&self) -> u32 {
        let v = self.pool.broadcast(|context| {
            crate::host::settled(7, context.index() as u32, context.num_threads() as u32);
            let mut x = 1u64;
            for i in 0..200_000_000u64 { x = x.wrapping_mul(6364136223846793005).wrapping_add(i); }
            std::hint::black_box(x);
            1u32
        });
        v.iter().sum()
    }
}

static CANCEL: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Ends the running request.
#[wasm_bindgen]
pub fn cancel() {
    CANCEL.store(true, std::sync::atomic::Ordering::Relaxed);
}

/// Where the byte lies that ends the running request.
#[wasm_bindgen(js_name = cancelAddress)]
pub fn cancel_address() -> usize {
    CANCEL.as_ptr() as usize
}

/// The version of parevm.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
