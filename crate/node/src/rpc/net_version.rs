//! `net_version`: the network id, which is the chain id here, in decimal.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(chain.chain_id().to_string())
}
