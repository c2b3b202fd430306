//! `eth_newBlockFilter`: opens a filter of blocks that are to come, and returns its number.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::{Filter, Node};

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let next = node.chain().head().number().saturating_add(1);
    reply(node.filters_mut().open(Filter::Blocks { next })?)
}
