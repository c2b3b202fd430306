//! `debug_getRawHeader`: the RLP of a header.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::Bytes;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = params.known(chain)?;
    reply(Bytes::from(alloy_rlp::encode(&block.block.header)))
}
