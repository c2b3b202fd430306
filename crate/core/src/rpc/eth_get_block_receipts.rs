//! `eth_getBlockReceipts`: the receipts of a block; null where it is not known.

use super::{RpcError, object::receipt, params::Params, reply};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(params.block(chain)?.map(|block| receipt::all(chain, block)))
}
