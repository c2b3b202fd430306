//! `anvil_getBlobByHash`: the blob with this versioned hash (anvil), of a mined transaction; null where it is
//! unknown. The node stores the last 64 MiB of blobs.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.state().blobs.blob(params.hash()?))
}
