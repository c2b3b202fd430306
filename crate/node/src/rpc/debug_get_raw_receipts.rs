//! `debug_getRawReceipts`: the receipts of a block as the trie holds them.

use crate::{
    chain::Chain,
    object::receipt,
    request::{Json, Params, RpcError},
};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::Bytes;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = params.known(chain)?;
    let encoded = block.receipts.iter().filter_map(|one| {
        let envelope = receipt::envelope(block, one.index, one.logs.clone())?;
        Some(Bytes::from(envelope.encoded_2718()))
    });
    params.reply(encoded.collect::<Vec<_>>())
}
