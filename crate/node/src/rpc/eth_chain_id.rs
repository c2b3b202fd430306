//! `eth_chainId`: the EIP-155 chain id.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(U64::from(chain.chain_id()))
}
