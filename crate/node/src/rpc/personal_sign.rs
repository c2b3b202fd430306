//! `personal_sign`: as `eth_sign`, with the message first.

use super::signature;
use crate::{
    node::Node,
    request::{Json, Params, RpcError},
};
use alloy_primitives::{Bytes, eip191_hash_message};

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let message: Bytes = params.required("message")?;
    let account = params.address()?;
    signature::answer(node, account, eip191_hash_message(message))
}
