//! `eth_getLogs`: the logs of a range of blocks, or of one, that pass a filter.

use super::{
    RpcError,
    object::log,
    params::{Params, at_tag},
    reply,
};
use crate::chain::{Chain, StoredBlock};
use alloy_rpc_types_eth::{Filter, FilterBlockOption};
use serde_json::Value;
use std::sync::Arc;

const NAME: &str = "filter";

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let given: Value = params.required(NAME)?;
    if given.get("blockHash").is_some_and(|hash| !hash.is_null())
        && (given.get("fromBlock").is_some() || given.get("toBlock").is_some())
    {
        let reason = "blockHash and fromBlock or toBlock exclude each other";
        return Err(RpcError::invalid(NAME, reason));
    }
    let filter: Filter =
        serde_json::from_value(given).map_err(|error| RpcError::invalid(NAME, error))?;
    let blocks = blocks(chain, &filter.block_option)?;
    let logs = blocks
        .into_iter()
        .filter(|block| filter.matches_bloom(block.block.header.logs_bloom))
        .flat_map(|block| log::all(block))
        .map(|(_, log)| log)
        .filter(|log| filter.matches(&log.inner));
    reply(logs.collect::<Vec<_>>())
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
