//! `net_peerCount`: the node is alone.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply("0x0")
}
