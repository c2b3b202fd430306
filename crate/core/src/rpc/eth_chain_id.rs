//! `eth_chainId`: the EIP-155 chain id.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use alloy_primitives::U64;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(U64::from(chain.chain_id()))
}
