//! `debug_getRawTransactions`: the transactions of a block in EIP-2718 encoding (reth, anvil).

use super::eth_get_raw_transaction_by_block_hash_and_index::raw;
use crate::{
    chain::Chain,
    request::{Json, Params, RpcError},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = params.known(chain)?;
    let count = block.block.body.transactions.len();
    params.reply(
        (0..count)
            .map(|index| raw(block, index))
            .collect::<Vec<_>>(),
    )
}
