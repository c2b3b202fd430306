//! `eth_getStorageAt`: the value of a slot.

use super::{Json, RpcError, params::Params, reply};
use crate::chain::Chain;
use alloy_primitives::B256;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let address = params.address()?;
    let slot = params.slot()?;
    let value = params.state(chain)?.state.storage(address, slot);
    reply(B256::from(value))
}
