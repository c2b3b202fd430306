//! `eth_newPendingTransactionFilter`: opens a filter of transactions that are to come into the pool, and returns
//! its number. Polls give hashes, or whole transactions where the parameter is true.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::{Filter, Node};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let filter = match params.optional("full transactions")? {
        Some(true) => Filter::Transactions {
            transactions: Vec::new(),
        },
        Some(false) | None => Filter::Hashes { hashes: Vec::new() },
    };
    reply(node.filters_mut().open(filter)?)
}
