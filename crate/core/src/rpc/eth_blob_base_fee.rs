//! `eth_blobBaseFee`: the price of blob gas in the next block in wei; null before Cancun.

use super::{RpcError, params::Params, reply};
use crate::chain::{Chain, next_excess_blob_gas};
use alloy_primitives::U128;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Value, RpcError> {
    let head = &chain.head().block.header;
    let params = chain.schedule().blob_params(head.number, head.timestamp);
    let price = params.map(|params| params.calc_blob_fee(next_excess_blob_gas(head, &params)));
    reply(price.map(U128::from))
}
