//! `eth_getStorageValues`: the values of many slots of many accounts.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, slot},
};
use alloy_primitives::{Address, B256};
use std::collections::BTreeMap;

const NAME: &str = "slots";
/// Maximum number of slots.
const MAX_SLOTS: usize = 1_024;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let asked: BTreeMap<Address, Vec<String>> = params.required(NAME)?;
    let count: usize = asked.values().map(Vec::len).sum();
    if count == 0 {
        return Err(RpcError::invalid(NAME, "empty request"));
    }
    if count > MAX_SLOTS {
        return Err(RpcError::invalid(NAME, "too many slots"));
    }
    let state = &params.state(chain)?.state;
    let mut values: BTreeMap<Address, Vec<B256>> = BTreeMap::new();
    for (address, slots) in asked {
        let read = |text: &String| {
            let slot = slot(text).map_err(|reason| RpcError::invalid(NAME, reason))?;
            Ok(B256::from(state.storage(address, slot)))
        };
        values.insert(
            address,
            slots.iter().map(read).collect::<Result<_, RpcError>>()?,
        );
    }
    params.reply(values)
}
