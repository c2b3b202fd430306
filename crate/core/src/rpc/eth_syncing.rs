//! `eth_syncing`: false: a chain in memory has nothing to catch up with.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(false)
}
