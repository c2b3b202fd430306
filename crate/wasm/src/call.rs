//! Bare call: `eth_call` on the newest block without overrides, and without JSON on the way in and out.

use alloy_primitives::{Address, TxKind, U256, hex};
use parevm_node::Node;
use parevm_node::node::{CallRequest, Host};
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
#[cfg(feature = "threads")]
use crate::reader::Reader;

#[wasm_bindgen]
impl Engine {
    /// Returns the output of a call as `eth_call` on the newest block does. `undefined` for anything but an output: the
    /// caller then gets the error from `eth_call`. All but `gas` and the time `now_ms` are hexadecimal with prefix.
    pub fn call(
        &self,
        from: Option<String>,
        to: &str,
        data: &str,
        value: Option<String>,
        gas: Option<u64>,
        now_ms: f64,
    ) -> Option<String> {
        let request = read(from.as_deref(), to, data, value.as_deref(), gas)?;
        let in_use = parevm_allocator::in_use_from_now();
        let node = self.node.try_borrow().ok()?;
        output(
            node.as_ref()?,
            &self.host(now_ms, [0; 16], &in_use),
            &request,
        )
    }
}

#[cfg(feature = "threads")]
#[wasm_bindgen]
impl Reader {
    /// Returns the output of a call as `Engine.call` does.
    pub fn call(
        &self,
        from: Option<String>,
        to: &str,
        data: &str,
        value: Option<String>,
        gas: Option<u64>,
        now_ms: f64,
    ) -> Option<String> {
        let request = read(from.as_deref(), to, data, value.as_deref(), gas)?;
        let in_use = parevm_allocator::in_use_from_now();
        let node = crate::published::node()?;
        output(&node, &self.host(now_ms, &in_use), &request)
    }
}

fn output(node: &Node, host: &Host<'_>, request: &CallRequest) -> Option<String> {
    node.call(host, request).ok().map(hex::encode_prefixed)
}

/// Returns the request; `None` where a part is not in its usual form, which JSON-RPC may accept.
fn read(
    from: Option<&str>,
    to: &str,
    data: &str,
    value: Option<&str>,
    gas: Option<u64>,
) -> Option<CallRequest> {
    let address = |text: &str| {
        let bytes: [u8; 20] = hex::decode_to_array(text.strip_prefix("0x")?).ok()?;
        Some(Address::from(bytes))
    };
    let quantity = |text: &str| {
        let digits = text.strip_prefix("0x")?;
        let is_usual = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        U256::from_str_radix(digits, 16).ok().filter(|_| is_usual)
    };
    Some(CallRequest {
        from: from.map(|text| address(text).ok_or(())).transpose().ok()?,
        to: Some(TxKind::Call(address(to)?)),
        input: hex::decode(data.strip_prefix("0x")?).ok()?.into(),
        value: value
            .map(|text| quantity(text).ok_or(()))
            .transpose()
            .ok()?,
        gas,
        ..CallRequest::default()
    })
}
