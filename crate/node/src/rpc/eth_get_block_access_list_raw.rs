//! `eth_getBlockAccessListRaw`: the block access list of a block as RLP (EIP-7928, anvil); null where the block is not
//! known or pending, an error before Amsterdam.

use super::{Json, RequestLimits, RpcError, eth_get_block_access_list::named, params::Params};
use crate::chain::Chain;
use alloy_primitives::Bytes;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let list = named(chain, params, limits)?;
    params.reply(list.map(|list| Bytes::from(list.to_rlp())))
}
