//! `trace_filter`: the calls in a range of blocks with these senders and receivers (anvil), in Parity's format. By
//! default the range is the whole chain.

use super::replay::calls_of;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError, at_tag},
};
use alloy_eips::BlockNumberOrTag;
use alloy_primitives::Address;
use alloy_rpc_types_trace::{
    filter::{TraceFilter, TraceFilterMode},
    parity::{Action, TraceOutput, TransactionTrace},
};
use parevm_simulate::trace::TraceError;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Filter {
    from_block: Option<BlockNumberOrTag>,
    to_block: Option<BlockNumberOrTag>,
    from_address: Option<Vec<Address>>,
    to_address: Option<Vec<Address>>,
    mode: Option<TraceFilterMode>,
    /// Number of calls to skip.
    after: Option<usize>,
    /// Maximum number of calls to return.
    count: Option<usize>,
}

/// Approximate size of a call without its data in bytes.
const CALL: usize = 512;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let name = "filter";
    let filter: Filter = params.required(name)?;
    let head = chain.head().number();
    let height = |tag: Option<BlockNumberOrTag>, default| match tag {
        None => default,
        Some(BlockNumberOrTag::Number(number)) => number,
        Some(tag) => at_tag(chain, tag).map_or(head, |block| block.number()),
    };
    let first = height(filter.from_block, chain.genesis().number());
    let last = height(filter.to_block, head);
    if first > last {
        let reason = format!("fromBlock {first} is after toBlock {last}");
        return Err(RpcError::invalid(name, reason));
    }
    let matcher = TraceFilter {
        from_address: filter.from_address.unwrap_or_default(),
        to_address: filter.to_address.unwrap_or_default(),
        mode: filter.mode.unwrap_or_default(),
        ..TraceFilter::default()
    }
    .matcher();
    let skipped = filter.after.unwrap_or_default();
    let most = filter.count.unwrap_or(usize::MAX);
    let wanted = skipped.saturating_add(most);
    let mut found = Vec::new();
    let limit = limits.trace.recorded_bytes;
    let mut left = limit;
    for block in chain.executed(first..=last) {
        limits.call.ask()?;
        for call in calls_of(chain, block, None, limits)? {
            if matcher.matches(&call.trace) {
                let bytes = CALL.saturating_add(bytes_of(&call.trace));
                left = left
                    .checked_sub(bytes)
                    .ok_or(TraceError::TooLarge { limit })?;
                found.push(call);
            }
        }
        if found.len() >= wanted {
            break;
        }
    }
    params.reply(
        found
            .into_iter()
            .skip(skipped)
            .take(most)
            .collect::<Vec<_>>(),
    )
}

/// Returns the size of input and output of a call in bytes.
fn bytes_of(trace: &TransactionTrace) -> usize {
    let given = match &trace.action {
        Action::Call(call) => call.input.len(),
        Action::Create(create) => create.init.len(),
        Action::Selfdestruct(_) | Action::Reward(_) => 0,
    };
    let returned = match &trace.result {
        Some(TraceOutput::Call(call)) => call.output.len(),
        Some(TraceOutput::Create(create)) => create.code.len(),
        None => 0,
    };
    given.saturating_add(returned)
}
