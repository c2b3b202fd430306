//! The clock of the worker. The engine itself reads none.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    type Performance;

    #[wasm_bindgen(method)]
    fn now(this: &Performance) -> f64;
}

thread_local! {
    static PERFORMANCE: RefCell<Option<Performance>> = const { RefCell::new(None) };
}

/// Milliseconds since this worker started. Workers' origins differ: compare
/// only what one thread has read.
pub(crate) fn now_ms() -> f64 {
    PERFORMANCE.with(|slot| {
        slot.borrow_mut()
            .get_or_insert_with(|| {
                let name = "performance".into();
                let found = js_sys::Reflect::get(&js_sys::global(), &name);
                found.unwrap_or_default().unchecked_into()
            })
            .now()
    })
}
