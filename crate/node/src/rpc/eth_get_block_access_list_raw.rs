//! `eth_getBlockAccessListRaw`: the block access list of a block as RLP (EIP-7928, anvil); null where the block is
//! unknown or pending, an error before Amsterdam.

use super::eth_get_block_access_list::named;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};
use alloy_primitives::Bytes;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let list = named(chain, params, limits)?;
    params.reply(list.map(|list| Bytes::from(list.to_rlp())))
}
