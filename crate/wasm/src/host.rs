//! What the JavaScript around one thread of the engine offers to it.
//!
//! Every worker, engine and pool alike, attaches its own host before anything
//! else runs in it: JavaScript values cannot cross threads.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The worker in which this thread runs.
    #[derive(Debug, Clone)]
    pub type Host;

    /// This thread has panicked: the instance is lost.
    #[wasm_bindgen(method)]
    fn panicked(this: &Host, message: &str);

    /// `settled` of `total` transactions of the running request are final.
    #[wasm_bindgen(method)]
    fn settled(this: &Host, request: u32, settled: u32, total: u32);
}

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
}

/// Makes `host` the one that this thread speaks to, and sends panics to it.
#[wasm_bindgen]
pub fn attach(host: Host) {
    HOST.with(|slot| *slot.borrow_mut() = Some(host));
    std::panic::set_hook(Box::new(|info| {
        let message = info.to_string();
        with(|host| host.panicked(&message));
    }));
}

/// Runs `work` with this thread's host, if one is attached.
pub(crate) fn with(work: impl FnOnce(&Host)) {
    HOST.with(|slot| {
        if let Ok(host) = slot.try_borrow()
            && let Some(host) = host.as_ref()
        {
            work(host);
        }
    });
}

/// Tells this thread's host how far `request` is.
pub(crate) fn settled(request: u32, settled: u32, total: u32) {
    with(|host| host.settled(request, settled, total));
}
