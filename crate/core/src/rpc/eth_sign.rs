//! `eth_sign`: an account's signature under a message (EIP-191).

use super::{RpcError, params::Params, signature};
use crate::node::Node;
use alloy_primitives::{Bytes, eip191_hash_message};
use serde_json::Value;

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let account = params.address()?;
    let message: Bytes = params.required("message")?;
    signature::answer(node, account, eip191_hash_message(message))
}
