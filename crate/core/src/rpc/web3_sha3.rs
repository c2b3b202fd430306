//! `web3_sha3`: the Keccak-256 hash of bytes.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use alloy_primitives::{Bytes, keccak256};
use serde_json::Value;

pub(super) fn answer(_: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let bytes: Bytes = params.required("data")?;
    reply(keccak256(bytes))
}
