//! `net_version`: the network id, which is the chain id here, in decimal.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(chain.chain_id().to_string())
}
