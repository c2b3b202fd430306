//! `eth_getFilterChanges`: the new items of a filter since its last poll. Each poll extends its life by 5 minutes.

use crate::{
    node::{Arrivals, EventId, Filter, Node, RequestContext},
    object::{log::logs_of, pending},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let id: EventId = params.required("filter")?;
    let head = node.chain().head().number();
    let filter = node.filters_mut().poll(id, context, head)?;
    let (chain, filters) = (node.chain(), node.filters());
    let result = match filter {
        Filter::Arrivals { kind, next } => match kind {
            Arrivals::Hashes => {
                let hashes = filters.arrived(next).map(|sent| sent.tx_hash());
                reply(hashes.collect::<Vec<_>>())
            }
            Arrivals::Transactions => {
                let new = filters.arrived(next).map(pending::json);
                reply(new.collect::<Result<Vec<_>, _>>()?)
            }
        },
        Filter::Blocks { next } => {
            let new = chain.executed(next..=head).map(|block| block.hash);
            reply(new.collect::<Vec<_>>())
        }
        Filter::Logs { filter, next } => {
            let new = chain
                .executed(next..=head)
                .filter(|block| filter.covers(block.number()))
                .flat_map(|block| logs_of(block, &filter))
                .collect::<Vec<_>>();
            reply(new)
        }
    };
    node.filters_mut().forget();
    result
}
