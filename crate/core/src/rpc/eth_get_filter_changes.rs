//! `eth_getFilterChanges`: what is new for a filter since it was polled last.

use super::{Json, RequestContext, RpcError, object::log::logs_of, params::Params, reply};
use crate::node::{Filter, Node};
use alloy_primitives::U64;
use alloy_rpc_types_eth::FilterBlockOption;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let number: U64 = params.required("filter")?;
    let chain = node.chain().clone();
    let head = chain.head().number();
    let blocks = |next: u64| (next..=head).filter_map(|number| chain.block_at(number));
    match node.filters_mut().get_mut(number)? {
        Filter::Transactions { hashes } => reply(std::mem::take(hashes)),
        Filter::Blocks { next } => {
            let new = blocks(*next).map(|block| block.hash).collect::<Vec<_>>();
            *next = head + 1;
            reply(new)
        }
        Filter::Logs { filter, next } => {
            let named = |height: u64| match filter.block_option {
                FilterBlockOption::Range {
                    from_block,
                    to_block,
                } => {
                    let from = from_block
                        .and_then(|tag| tag.as_number())
                        .unwrap_or_default();
                    let to = to_block.and_then(|tag| tag.as_number()).unwrap_or(u64::MAX);
                    (from..=to).contains(&height)
                }
                FilterBlockOption::AtBlockHash(_) => false,
            };
            let new = blocks(*next)
                .filter(|block| named(block.number()))
                .flat_map(|block| logs_of(block, filter))
                .collect::<Vec<_>>();
            *next = head + 1;
            reply(new)
        }
    }
}
