//! `eth_baseFee`: the base fee of the next block in wei; null before London.

use super::{Json, RpcError, params::Params, reply};
use crate::chain::{Chain, next_base_fee};
use alloy_primitives::U64;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let head = &chain.head().block.header;
    reply(
        head.base_fee_per_gas
            .map(|_| U64::from(next_base_fee(head))),
    )
}
