//! `debug_getRawHeader`: the RLP of a header.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use alloy_primitives::Bytes;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let block = params.state(chain)?;
    reply(Bytes::from(alloy_rlp::encode(&block.block.header)))
}
