//! `eth_baseFee`: the base fee of the next block in wei; null before London.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(chain.next_base_fee().map(U64::from))
}
