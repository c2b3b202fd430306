//! What the JavaScript around one thread of the engine offers to it.
//!
//! Every worker, engine and pool alike, attaches its own host before anything else runs in it:
//! JavaScript values cannot cross threads.

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The worker in which this thread runs.
    #[derive(Debug, Clone)]
    pub type Host;

    /// This thread has panicked: the instance is lost.
    #[wasm_bindgen(method)]
    fn panicked(this: &Host, message: &str);

    /// `settled` of `total` transactions of `request` are final.
    #[wasm_bindgen(method)]
    fn settled(this: &Host, request: u32, settled: u32, total: u32);

    /// `receipts` of `request`, a list of `Receipt` from position `first` on, are final.
    #[wasm_bindgen(method)]
    fn receipts(this: &Host, request: u32, first: u32, receipts: &JsValue);

    /// Resolves after the worker has served the events that are pending.
    #[cfg(not(feature = "threads"))]
    #[wasm_bindgen(method)]
    fn pause(this: &Host) -> js_sys::Promise;

    /// `pieces` of the block of `request`, lists of positions, can be handed out.
    #[cfg(not(feature = "threads"))]
    #[wasm_bindgen(method, js_name = handOut)]
    fn hand_out(this: &Host, request: u32, pieces: &JsValue);

    /// Resolves with a piece of the block of `request`, or with `null` when there is no more.
    #[cfg(not(feature = "threads"))]
    #[wasm_bindgen(method, js_name = nextPiece)]
    fn next_piece(this: &Host, request: u32) -> js_sys::Promise;

    /// Resolves with the chunks of `request` that other workers have run, a list of bytes. No more
    /// pieces are handed out.
    #[cfg(not(feature = "threads"))]
    #[wasm_bindgen(method)]
    fn chunks(this: &Host, request: u32) -> js_sys::Promise;
}

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
}

/// Makes `host` the one that this thread speaks to, and sends panics of any thread to that thread's
/// own host.
#[wasm_bindgen]
pub fn attach(host: Host) {
    HOST.with(|slot| *slot.borrow_mut() = Some(host));
    std::panic::set_hook(Box::new(|info| {
        if let Some(host) = host_of_this_thread() {
            host.panicked(&info.to_string());
        }
    }));
}

fn host_of_this_thread() -> Option<Host> {
    HOST.with(|slot| slot.try_borrow().ok()?.clone())
}

/// Tells how far `request` is. Called from whichever thread settles transactions.
pub(crate) fn settled(request: u32, settled: usize, total: usize) {
    if let Some(host) = host_of_this_thread() {
        host.settled(request, settled as u32, total as u32);
    }
}

/// Hands over receipts of `request` from position `first` on. Called as [`settled`] is.
pub(crate) fn receipts(request: u32, first: usize, receipts: &JsValue) {
    if let Some(host) = host_of_this_thread() {
        host.receipts(request, first as u32, receipts);
    }
}

/// Serves the events that are pending, an abort among them.
#[cfg(not(feature = "threads"))]
pub(crate) async fn pause() {
    if let Some(host) = host_of_this_thread() {
        // The promise has no way to fail that would concern the engine.
        let _ = wasm_bindgen_futures::JsFuture::from(host.pause()).await;
    }
}

/// Lets the host hand out `pieces` of the block of `request`.
#[cfg(not(feature = "threads"))]
pub(crate) fn hand_out(request: u32, pieces: &JsValue) {
    if let Some(host) = host_of_this_thread() {
        host.hand_out(request, pieces);
    }
}

/// Returns the next piece of the block of `request`, as positions of transactions.
#[cfg(not(feature = "threads"))]
pub(crate) async fn next_piece(request: u32) -> Option<Vec<u32>> {
    let next = host_of_this_thread()?.next_piece(request);
    let piece = wasm_bindgen_futures::JsFuture::from(next).await.ok()?;
    serde_wasm_bindgen::from_value(piece).ok()?
}

/// Returns the chunks of `request` that other workers have run.
#[cfg(not(feature = "threads"))]
pub(crate) async fn chunks(request: u32) -> Vec<Vec<u8>> {
    let Some(host) = host_of_this_thread() else {
        return Vec::new();
    };
    let chunks = wasm_bindgen_futures::JsFuture::from(host.chunks(request)).await;
    let chunks = js_sys::Array::from(&chunks.unwrap_or_default());
    chunks
        .iter()
        .map(|bytes| js_sys::Uint8Array::new(&bytes).to_vec())
        .collect()
}
