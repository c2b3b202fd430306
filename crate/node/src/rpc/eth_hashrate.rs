//! `eth_hashrate`: blocks need no work here.

use super::{Json, RpcError, params::Params, reply};
use crate::chain::Chain;

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply("0x0")
}
