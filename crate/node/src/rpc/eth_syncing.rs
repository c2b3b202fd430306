//! `eth_syncing`: false: a chain in memory has nothing to catch up with.

use super::{Json, RpcError, params::Params, reply};
use crate::chain::Chain;

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(false)
}
