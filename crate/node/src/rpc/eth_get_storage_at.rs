//! `eth_getStorageAt`: the value of a slot.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::B256;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let address = params.address()?;
    let slot = params.slot()?;
    let value = params.state(chain)?.state.storage(address, slot);
    reply(B256::from(value))
}
