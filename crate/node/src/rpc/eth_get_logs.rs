//! `eth_getLogs`: the logs of a range of blocks, or of one, that match a filter.

use crate::{
    chain::Chain,
    object::log::logs_of,
    request::{Json, LogFilter, Params, RpcError, Searched},
};
use alloy_rpc_types_eth::Log;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let filter = LogFilter::new(params.required("filter")?)?;
    let logs = logs(chain, &filter, params)?;
    params.reply(logs)
}

/// Returns the logs of the blocks of `filter`.
pub(super) fn logs(
    chain: &Chain,
    filter: &LogFilter,
    params: &Params<'_>,
) -> Result<Vec<Log>, RpcError> {
    match filter.searched(chain)? {
        Searched::Hash(hash) => {
            let block = chain.block(hash);
            let block = block.ok_or_else(|| RpcError::server("unknown block".to_owned()))?;
            Ok(logs_of(block, filter).collect())
        }
        Searched::Heights(range) => {
            let mut logs = Vec::new();
            for block in params.asked(chain.executed(range)) {
                logs.extend(logs_of(block?, filter));
            }
            Ok(logs)
        }
    }
}
