//! `anvil_getBlobByHash`: the blob with this versioned hash (anvil), of a transaction in a block; null where it is not
//! known. The last 64 MiB of blobs are kept.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.state().blobs.blob(params.hash()?))
}
