//! `eth_getStorageAt`: the value of a slot.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use alloy_primitives::B256;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let address = params.address()?;
    let slot = params.slot()?;
    let value = params.state(chain)?.state.storage(address, slot);
    reply(B256::from(value))
}
