//! `eth_newPendingTransactionFilter`: opens a filter of pending transactions, and returns its id. Polls return
//! hashes, or whole transactions if the parameter is true. A filter expires after 5 minutes without a poll (geth),
//! and with `anvil_reset`.

use crate::{
    node::{Arrivals, Filter, Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let kind = match params.optional("full transactions")? {
        Some(true) => Arrivals::Transactions,
        Some(false) | None => Arrivals::Hashes,
    };
    let next = node.filters().next_arrival();
    let filter = Filter::Arrivals { kind, next };
    reply(node.filters_mut().open(context.id, filter, context.now)?)
}
