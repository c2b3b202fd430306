//! Host: the JavaScript functions that one thread of the engine calls.
//!
//! Every worker, engine and pool alike, attaches its own host first: JavaScript values cannot cross threads.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Functions of the worker in which this thread runs.
    #[derive(Debug, Clone)]
    pub type Host;

    /// Reports a panic of this thread: the instance is lost.
    #[wasm_bindgen(method)]
    fn panicked(this: &Host, message: &str);
}

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
}

/// Sets the host of this thread. A panic of any thread is reported to that thread's own host.
#[wasm_bindgen]
pub fn attach(host: Host) {
    HOST.with(|slot| *slot.borrow_mut() = Some(host));
    std::panic::set_hook(Box::new(|info| {
        if let Some(host) = of_this_thread() {
            host.panicked(&info.to_string());
        }
    }));
}

/// Returns the host of this thread, once it is attached.
pub(crate) fn of_this_thread() -> Option<Host> {
    HOST.with(|slot| slot.try_borrow().ok()?.clone())
}
