//! What the methods that sign have in common.

use super::{Json, RpcError, reply};
use crate::node::{Node, unknown};
use alloy_primitives::{Address, B256, Bytes};

/// The signature of `account` under `hash`: 65 bytes, of which the last is 27 or 28.
pub(super) fn answer(node: &Node, account: Address, hash: B256) -> Result<Json, RpcError> {
    let signature = node.accounts().sign(account, hash);
    let signature = signature.ok_or_else(|| unknown(account))?;
    reply(Bytes::from(signature.as_bytes()))
}
