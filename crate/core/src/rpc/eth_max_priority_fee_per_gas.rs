//! `eth_maxPriorityFeePerGas`: the tip in wei per gas that is suggested.

use super::{RpcError, params::Params, reply};
use crate::node::{Node, SUGGESTED_TIP};
use alloy_primitives::U64;
use serde_json::Value;

pub(super) fn answer(_: &Node, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(U64::from(SUGGESTED_TIP))
}
