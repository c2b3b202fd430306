//! Clock of the worker. The engine itself reads none.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    type Performance;

    #[wasm_bindgen(method)]
    fn now(this: &Performance) -> f64;

    #[wasm_bindgen(method, getter, js_name = timeOrigin)]
    fn time_origin(this: &Performance) -> f64;
}

thread_local! {
    /// Clock, and its origin in nanoseconds since the Unix epoch.
    static PERFORMANCE: RefCell<Option<(Performance, u64)>> = const { RefCell::new(None) };
}

/// Returns the milliseconds since this worker started. Workers' origins differ: compare only values of one thread.
#[cfg(feature = "full")]
pub(crate) fn now_ms() -> f64 {
    read(|performance, _| performance.now())
}

/// Returns the nanoseconds since the Unix epoch, equal in all workers to within a microsecond, with the resolution of
/// the host: some microseconds in browsers.
pub(crate) fn now_ns() -> u64 {
    read(|performance, origin| origin + to_ns(performance.now()))
}

fn read<T>(read: impl FnOnce(&Performance, u64) -> T) -> T {
    PERFORMANCE.with(|slot| {
        let mut slot = slot.borrow_mut();
        let (performance, origin) = slot.get_or_insert_with(|| {
            let name = "performance".into();
            let found = js_sys::Reflect::get(&js_sys::global(), &name);
            let performance: Performance = found.unwrap_or_default().unchecked_into();
            let origin = to_ns(performance.time_origin());
            (performance, origin)
        });
        read(performance, *origin)
    })
}

fn to_ns(milliseconds: f64) -> u64 {
    (milliseconds * 1e6) as u64
}
