//! `eth_newPendingTransactionFilter`: opens a filter of transactions that are to come into the pool, and returns
//! its number.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::{Filter, Node};

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let hashes = Vec::new();
    reply(node.filters_mut().open(Filter::Transactions { hashes })?)
}
