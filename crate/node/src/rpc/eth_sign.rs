//! `eth_sign`: the signature of a message by an account (EIP-191).

use super::signature;
use crate::{
    node::Node,
    request::{Json, Params, RpcError},
};
use alloy_primitives::{Bytes, eip191_hash_message};

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let account = params.address()?;
    let message: Bytes = params.required("message")?;
    signature::answer(node, account, eip191_hash_message(message))
}
