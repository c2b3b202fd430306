//! `eth_getRawTransactionByBlockNumberAndIndex`: a transaction in EIP-2718 encoding; null where block or transaction
//! are unknown, as in anvil (geth: `0x`).

use super::eth_get_raw_transaction_by_block_hash_and_index::raw;
use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = params.block(chain)?;
    let index = params.index()?;
    reply(block.and_then(|block| raw(block, index)))
}
