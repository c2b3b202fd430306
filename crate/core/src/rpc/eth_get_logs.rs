//! `eth_getLogs`: the logs of a range of blocks, or of one, that pass a filter.

use super::{
    Json, RpcError,
    object::log::logs_of,
    params::{Params, at_tag},
    reply,
};
use crate::chain::{Chain, StoredBlock};
use alloy_rpc_types_eth::{Filter, FilterBlockOption, Log};
use serde_json::Value;
use std::sync::Arc;

const NAME: &str = "filter";

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let filter = filter(params.required(NAME)?)?;
    reply(logs(chain, &filter)?)
}

/// The filter that a request gives.
pub(super) fn filter(given: Value) -> Result<Filter, RpcError> {
    if given.get("blockHash").is_some_and(|hash| !hash.is_null())
        && (given.get("fromBlock").is_some() || given.get("toBlock").is_some())
    {
        let reason = "blockHash and fromBlock or toBlock exclude each other";
        return Err(RpcError::invalid(NAME, reason));
    }
    serde_json::from_value(given).map_err(|error| RpcError::invalid(NAME, error))
}

/// The logs of the blocks that `filter` names.
pub(super) fn logs(chain: &Chain, filter: &Filter) -> Result<Vec<Log>, RpcError> {
    let blocks = blocks(chain, &filter.block_option)?;
    let logs = blocks.into_iter().flat_map(|block| logs_of(block, filter));
    Ok(logs.collect())
}

/// The blocks that a filter looks at, oldest first.
fn blocks<'c>(
    chain: &'c Chain,
    option: &FilterBlockOption,
) -> Result<Vec<&'c Arc<StoredBlock>>, RpcError> {
    let (from, to) = match *option {
        FilterBlockOption::AtBlockHash(hash) => {
            let block = chain.block(hash).ok_or_else(RpcError::unknown_block)?;
            return Ok(vec![block]);
        }
        FilterBlockOption::Range {
            from_block,
            to_block,
        } => (from_block.unwrap_or_default(), to_block.unwrap_or_default()),
    };
    let number = |tag| {
        at_tag(chain, tag)
            .map(|block| block.number())
            .ok_or_else(|| RpcError::invalid(NAME, "the range goes beyond the head"))
    };
    let (from, to) = (number(from)?, number(to)?);
    if from > to {
        return Err(RpcError::invalid(NAME, "fromBlock is higher than toBlock"));
    }
    Ok((from..=to)
        .filter_map(|number| chain.block_at(number))
        .collect())
}
