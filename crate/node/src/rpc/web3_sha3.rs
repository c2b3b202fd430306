//! `web3_sha3`: the Keccak-256 hash of bytes.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::{Bytes, keccak256};

pub(super) fn answer(_: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let bytes: Bytes = params.required("data")?;
    reply(keccak256(bytes))
}
