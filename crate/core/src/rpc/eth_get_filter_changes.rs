//! `eth_getFilterChanges`: what is new for a filter since it was polled last.

use super::{
    Json, RequestContext, RpcError,
    object::{log::logs_of, waiting},
    params::Params,
    reply,
};
use crate::node::{Filter, Node};
use alloy_primitives::U64;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let number: U64 = params.required("filter")?;
    let chain = node.chain().clone();
    let head = chain.head().number();
    match node.filters_mut().get_mut(number)? {
        Filter::Hashes { hashes } => reply(std::mem::take(hashes)),
        Filter::Transactions { transactions } => {
            let new = std::mem::take(transactions).into_iter();
            let new = new.map(|sent| waiting::json(&sent));
            reply(new.collect::<Result<Vec<_>, _>>()?)
        }
        Filter::Blocks { next } => {
            let new = chain.executed(*next..=head).map(|block| block.hash);
            *next = head.saturating_add(1);
            reply(new.collect::<Vec<_>>())
        }
        Filter::Logs { filter, next } => {
            let new = chain
                .executed(*next..=head)
                .filter(|block| filter.covers(block.number()))
                .flat_map(|block| logs_of(block, filter))
                .collect::<Vec<_>>();
            *next = head.saturating_add(1);
            reply(new)
        }
    }
}
