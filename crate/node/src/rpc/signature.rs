//! Signature of an account, for the methods that sign.

use crate::{
    node::{Node, unknown_account},
    request::{Json, RpcError, reply},
};
use alloy_primitives::{Address, B256, Bytes};

/// Answers with the signature of `hash` by `account`: 65 bytes, of which the last is 27 or 28.
pub(super) fn answer(node: &Node, account: Address, hash: B256) -> Result<Json, RpcError> {
    let signature = node.accounts().sign(account, hash);
    let signature = signature.ok_or_else(|| unknown_account(account))?;
    reply(Bytes::from(signature.as_bytes()))
}
