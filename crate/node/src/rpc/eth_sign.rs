//! `eth_sign`: an account's signature under a message (EIP-191).

use super::{Json, RpcError, params::Params, signature};
use crate::node::Node;
use alloy_primitives::{Bytes, eip191_hash_message};

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let account = params.address()?;
    let message: Bytes = params.required("message")?;
    signature::answer(node, account, eip191_hash_message(message))
}
