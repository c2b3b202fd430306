//! `net_version`: the network id, which is the chain id here, in decimal.

use super::{Json, RpcError, params::Params, reply};
use crate::chain::Chain;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(chain.chain_id().to_string())
}
