//! `debug_getRawBlock`: the RLP of a block.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError},
};
use alloy_primitives::Bytes;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = params.known(chain)?;
    params.reply(Bytes::from(alloy_rlp::encode(&block.block)))
}
