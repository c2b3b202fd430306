//! `eth_gasPrice`: a price per gas in wei that suffices for the next block: its base fee and a tip.

use crate::{
    node::Node,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;

pub(super) fn answer(node: &Node, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(U64::from(node.state().gas_price()))
}
