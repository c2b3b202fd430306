//! `eth_getBlockTransactionCountByNumber`: the number of a block's transactions; null where there is none.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = params.block(chain)?;
    reply(block.map(|block| U64::from(block.receipts.len())))
}
