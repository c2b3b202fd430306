//! `anvil_rollback`: removes the newest blocks of the chain (anvil; default: one) with their transactions, and time
//! continues from the new head. Subscribers receive the logs again, as removed.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let depth = params.number("depth")?.unwrap_or(1);
    roll_back(node, context, depth, "Rollback")?;
    reply(())
}

/// Removes `depth` blocks. Error texts are anvil's.
pub(super) fn roll_back(
    node: &mut Node,
    context: &RequestContext<'_>,
    depth: u64,
    what: &str,
) -> Result<(), RpcError> {
    let most = node.chain().depth();
    if depth > most {
        let reason = format!(
            "{what} depth must not exceed current chain height: current height {most}, depth {depth}"
        );
        return Err(RpcError::invalid("depth", reason));
    }
    node.roll_back(context, depth)
}
