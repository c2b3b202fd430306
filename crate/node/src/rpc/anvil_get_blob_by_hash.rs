//! `anvil_getBlobByHash`: the blob with this versioned hash (anvil), of a transaction in a block; null where it is not
//! known. The last 64 MiB of blobs are kept.

use super::{Json, RpcError, params::Params, reply};
use crate::node::Node;

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(node.world().blobs.blob(params.hash()?))
}
