//! `eth_getBlockReceipts`: the receipts of a block; null where it is unknown.

use crate::{
    chain::Chain,
    object::receipt,
    request::{Json, Params, RpcError},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = params.block(chain)?;
    params.reply(block.map(|block| receipt::all(chain, block)))
}
