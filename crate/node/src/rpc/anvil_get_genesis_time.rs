//! `anvil_getGenesisTime`: the timestamp of the first block in seconds (anvil).

use super::{Json, RpcError, params::Params, reply};
use crate::chain::Chain;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(chain.genesis().block.header.timestamp)
}
