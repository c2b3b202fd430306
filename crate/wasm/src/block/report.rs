//! Functions of the host that a block under execution calls.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::host::{Host, of_this_thread};

#[wasm_bindgen]
extern "C" {
    /// Reports that `committed` of `total` transactions of `request` are committed.
    #[wasm_bindgen(method)]
    fn committed(this: &Host, request: u32, committed: u32, total: u32);

    /// Passes committed receipts of `request`, a list of `Receipt` from position `first` on.
    #[wasm_bindgen(method)]
    fn receipts(this: &Host, request: u32, first: u32, receipts: &JsValue);

    /// Resolves once pending events are handled.
    #[cfg(not(feature = "threads"))]
    #[wasm_bindgen(method)]
    fn pause(this: &Host) -> js_sys::Promise;

    /// Queues the batches of the block of `request`, lists of transaction positions.
    #[cfg(not(feature = "threads"))]
    #[wasm_bindgen(method, js_name = queueBatches)]
    fn queue_batches(this: &Host, request: u32, batches: &JsValue);

    /// Resolves with a batch of the block of `request`, or with `null` where none is left.
    #[cfg(not(feature = "threads"))]
    #[wasm_bindgen(method, js_name = nextBatch)]
    fn next_batch(this: &Host, request: u32) -> js_sys::Promise;

    /// Empties the work queue of `request` and resolves with the partial results of the helpers, a list of bytes.
    #[cfg(not(feature = "threads"))]
    #[wasm_bindgen(method)]
    fn collect(this: &Host, request: u32) -> js_sys::Promise;
}

/// Reports the progress of `request`. Called on the thread that commits transactions.
pub(crate) fn committed(request: u32, committed: usize, total: usize) {
    if let Some(host) = of_this_thread() {
        host.committed(request, committed as u32, total as u32);
    }
}

/// Passes receipts of `request` from position `first` on. Called as [`committed`] is.
pub(crate) fn receipts(request: u32, first: usize, receipts: &JsValue) {
    if let Some(host) = of_this_thread() {
        host.receipts(request, first as u32, receipts);
    }
}

/// Handles pending events, aborts included.
#[cfg(not(feature = "threads"))]
pub(crate) async fn pause() {
    if let Some(host) = of_this_thread() {
        // A failed promise changes nothing for the engine.
        let _ = wasm_bindgen_futures::JsFuture::from(host.pause()).await;
    }
}

/// Queues the `batches` of the block of `request`.
#[cfg(not(feature = "threads"))]
pub(crate) fn queue_batches(request: u32, batches: &JsValue) {
    if let Some(host) = of_this_thread() {
        host.queue_batches(request, batches);
    }
}

/// Returns the next batch of the block of `request`, as positions of transactions.
#[cfg(not(feature = "threads"))]
pub(crate) async fn next_batch(request: u32) -> Option<Vec<u32>> {
    let next = of_this_thread()?.next_batch(request);
    let batch = wasm_bindgen_futures::JsFuture::from(next).await.ok()?;
    serde_wasm_bindgen::from_value(batch).ok()?
}

/// Returns the partial results of the helpers of `request`.
#[cfg(not(feature = "threads"))]
pub(crate) async fn collect(request: u32) -> Vec<Vec<u8>> {
    let Some(host) = of_this_thread() else {
        return Vec::new();
    };
    let results = wasm_bindgen_futures::JsFuture::from(host.collect(request)).await;
    let results = js_sys::Array::from(&results.unwrap_or_default());
    results
        .iter()
        .map(|bytes| js_sys::Uint8Array::new(&bytes).to_vec())
        .collect()
}
