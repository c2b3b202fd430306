//! `eth_protocolVersion`: the version of geth's peer protocol, though this node has none.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply("0x44")
}
