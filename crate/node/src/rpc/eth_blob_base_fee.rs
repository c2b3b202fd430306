//! `eth_blobBaseFee`: the price of blob gas in the next block in wei; null before Cancun.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U128;
use parevm::build::next_excess_blob_gas;

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let head = &chain.head().block.header;
    let params = chain.schedule().blob_params(head.number, head.timestamp);
    let price = params.map(|params| params.calc_blob_fee(next_excess_blob_gas(head, &params)));
    reply(price.map(U128::from))
}
