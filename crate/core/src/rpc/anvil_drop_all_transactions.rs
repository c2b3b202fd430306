//! `anvil_dropAllTransactions`: drops all transactions from the pool.

use super::{RequestContext, RpcError, params::Params};
use crate::node::{Node, Pool};
use serde_json::Value;

pub(super) fn answer(
    node: &mut Node,
    _: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Value, RpcError> {
    node.world_mut().pool = Pool::default();
    Ok(Value::Null)
}
