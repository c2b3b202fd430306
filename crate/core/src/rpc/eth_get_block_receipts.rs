//! `eth_getBlockReceipts`: the receipts of a block; null where it is not known.

use super::{Json, RpcError, object::receipt, params::Params, reply};
use crate::chain::Chain;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(params.block(chain)?.map(|block| receipt::all(chain, block)))
}
