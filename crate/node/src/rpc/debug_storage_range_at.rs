//! `debug_storageRangeAt`: slots of an account before a transaction of a block, in the order of their hashed keys,
//! from one hash on, and the next hash (geth).

use super::replay::Replay;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};
use alloy_primitives::{B256, Bytes, U256};
use parevm::state::StateDiff;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    storage: BTreeMap<B256, Slot>,
    next_key: Option<B256>,
}

#[derive(Serialize)]
struct Slot {
    key: B256,
    value: B256,
}

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let block = params.known(chain)?;
    let index = params.needed_number("transaction index")?;
    let address = params.address()?;
    let start: Bytes = params.required("key start")?;
    if start.len() > B256::len_bytes() {
        return Err(RpcError::invalid("key start", "longer than 32 bytes"));
    }
    let most = params.needed_number("max results")?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let replay = Replay::new(chain, block)?;
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    let changes = match block.block.body.transactions.is_empty() && index == 0 {
        true => StateDiff::default(),
        false => replay.changes_before(index, &limits.call)?,
    };
    let mut state = replay.before.state().clone();
    state.apply(&changes);
    let word = |value: U256| B256::from(value);
    let mut slots = state.slots_from(address, B256::right_padding_from(&start));
    let asked = params.asked(slots.by_ref().take(most));
    let storage = asked.map(|found| {
        let (hash, slot, value) = found?;
        let slot = Slot {
            key: word(slot),
            value: word(value),
        };
        Ok((hash, slot))
    });
    let storage = storage.collect::<Result<_, RpcError>>()?;
    let next_key = slots.next().map(|(hash, _, _)| hash);
    params.reply(Range { storage, next_key })
}
