//! `eth_newBlockFilter`: opens a filter of blocks that are to come, and returns its number.

use super::{RequestContext, RpcError, params::Params, reply};
use crate::node::{Filter, Node};
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    let next = node.chain().head().number() + 1;
    reply(node.filters_mut().open(Filter::Blocks { next })?)
}
