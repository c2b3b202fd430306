//! `eth_hashrate`: zero, as blocks need no proof of work.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply("0x0")
}
