//! `personal_sign`: as `eth_sign`, with the message first.

use super::{RpcError, params::Params, signature};
use crate::node::Node;
use alloy_primitives::{Bytes, eip191_hash_message};
use serde_json::Value;

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let message: Bytes = params.required("message")?;
    let account = params.address()?;
    signature::answer(node, account, eip191_hash_message(message))
}
