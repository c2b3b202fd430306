//! `anvil_getBlobsByTransactionHash`: the blobs of a pending or mined transaction (anvil); null where it is unknown
//! or has none. The node stores the last 64 MiB of mined blobs.

use crate::{
    node::Node,
    request::{Json, Params, RpcError},
};

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let hash = params.hash()?;
    let state = node.state();
    let pooled = state.pool.get(hash);
    let pooled = pooled.and_then(|transaction| transaction.sidecar.as_ref());
    let sidecar = pooled.or_else(|| state.blobs.of(hash));
    params.reply(sidecar.map(|sidecar| sidecar.blobs()))
}
