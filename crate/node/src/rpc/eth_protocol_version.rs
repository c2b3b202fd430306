//! `eth_protocolVersion`: the version of the protocol between nodes that geth speaks, though this one speaks
//! none.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply("0x44")
}
