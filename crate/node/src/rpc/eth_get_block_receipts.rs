//! `eth_getBlockReceipts`: the receipts of a block; null where it is not known.

use super::{Json, RpcError, object::receipt, params::Params};
use crate::chain::Chain;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = params.block(chain)?;
    params.reply(block.map(|block| receipt::all(chain, block)))
}
