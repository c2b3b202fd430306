//! `eth_getRawTransactionByBlockHashAndIndex`: a transaction in EIP-2718 encoding; null where block or transaction
//! are unknown, as in anvil (geth: `0x`).

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::Bytes;
use parevm::build::ExecutedBlock;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = chain.block(params.hash()?);
    let index = params.index()?;
    reply(block.and_then(|block| raw(block, index)))
}

/// Returns the bytes of the transaction at `index`.
pub(super) fn raw(block: &ExecutedBlock, index: usize) -> Option<Bytes> {
    let transaction = block.block.body.transactions.get(index)?;
    Some(transaction.encoded_2718().into())
}
