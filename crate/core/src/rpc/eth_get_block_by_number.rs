//! `eth_getBlockByNumber`: a block of the head's branch; null where there is none.

use super::{RpcError, object::block, params::Params, reply};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let stored = params.block(chain)?;
    let is_full = params.optional("full transactions")?.unwrap_or(false);
    reply(stored.map(|stored| block::of(stored, is_full)))
}
