//! `debug_getRawBlock`: the RLP of a block.

use super::{Json, RpcError, params::Params};
use crate::chain::Chain;
use alloy_primitives::Bytes;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = params.known(chain)?;
    params.reply(Bytes::from(alloy_rlp::encode(&block.block)))
}
