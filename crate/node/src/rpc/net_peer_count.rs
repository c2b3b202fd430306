//! `net_peerCount`: zero, as the node has no peers.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply("0x0")
}
