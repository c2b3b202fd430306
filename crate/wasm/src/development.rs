//! Node of development: imported, saved, restored and repeated.

use parevm_node::Node;
use parevm_node::node::{Host, RestoreError};
use parevm_node::rpc::Response;
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::error::WireError;
use crate::node::{read_entropy, read_options};

#[wasm_bindgen]
impl Engine {
    /// Imports blocks in RLP, in the form of a `chain.rlp` file, and returns their number.
    ///
    /// # Errors
    ///
    /// A `WireError`: a block is invalid. The node is unchanged.
    #[wasm_bindgen(js_name = importChain)]
    pub fn import_chain(&self, rlp: &[u8], now_ms: f64) -> Result<usize, JsValue> {
        let in_use = parevm_allocator::in_use_from_now();
        let count = self
            .with_node(self.host(now_ms, [0; 16], &in_use), |node, host| {
                node.import(host, rlp)
            })?
            .map_err(|error| WireError::chain("importChain", &error))?;
        self.publish();
        Ok(count)
    }

    /// Returns the open node as bytes for [`Self::restore_node`].
    ///
    /// # Errors
    ///
    /// A `WireError`: no node is open.
    #[wasm_bindgen(js_name = saveNode)]
    pub fn save_node(&self) -> Result<Vec<u8>, JsValue> {
        let in_use = parevm_allocator::in_use_from_now();
        Ok(self.with_node(self.host(0.0, [0; 16], &in_use), |node, _| node.save())?)
    }

    /// Opens a node that the caller has saved, which replaces the open node. It takes the limits of `options`; its other
    /// options are saved with it.
    ///
    /// # Errors
    ///
    /// A `WireError` with the field `saved`: `bytes` are not a saved node.
    #[wasm_bindgen(js_name = openSaved)]
    pub fn open_saved(&self, options: &str, bytes: &[u8]) -> Result<(), JsValue> {
        self.restore(options, bytes, |error| WireError::chain("saved", &error))
    }

    /// Opens a node that the supervisor has saved, as [`Self::open_saved`] does.
    ///
    /// # Errors
    ///
    /// A `WireError` with the code `BUG`: `bytes` are not a saved node.
    #[wasm_bindgen(js_name = restoreNode)]
    pub fn restore_node(&self, options: &str, bytes: &[u8]) -> Result<(), JsValue> {
        self.restore(options, bytes, |error| {
            WireError::bug(format!("the node cannot be restored: {error}"))
        })
    }

    /// Repeats a request that changed an earlier node, without limits and notifications: a change that was in time once
    /// must not be lost because the machine is slower now.
    ///
    /// # Errors
    ///
    /// A `WireError`: the request does not change the node.
    pub fn repeat(
        &self,
        method: &str,
        params: &str,
        now_ms: f64,
        entropy: &str,
    ) -> Result<(), JsValue> {
        let lost =
            |reason: String| WireError::bug(format!("{method} cannot be repeated: {reason}"));
        let in_use = parevm_allocator::in_use_from_now();
        let host = Host {
            clock: None,
            memory: None,
            cancel: None,
            ..self.host(now_ms, read_entropy(entropy)?, &in_use)
        };
        self.with_node(host, |node, host| {
            let params = node.read_params(host, params);
            let params = params.map_err(|error| lost(error.to_string()))?;
            let Response { result, changed } = node.repeat(host, method, &params);
            node.take_notifications();
            match result {
                _ if changed => Ok(()),
                Ok(_) => Err(lost("nothing changed".to_owned())),
                Err(error) => Err(lost(error.to_string())),
            }
        })??;
        self.publish();
        Ok(())
    }
}

impl Engine {
    fn restore(
        &self,
        options: &str,
        bytes: &[u8],
        wrong: impl FnOnce(RestoreError) -> WireError,
    ) -> Result<(), JsValue> {
        let options = read_options(options)?;
        let node = Node::restore(bytes).map_err(wrong)?;
        self.node.replace(Some(node.with_limits(options.limits)));
        self.publish();
        Ok(())
    }
}
