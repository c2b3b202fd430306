//! `anvil_getGenesisTime`: the timestamp of the genesis block in seconds (anvil).

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(chain.genesis().block.header.timestamp)
}
