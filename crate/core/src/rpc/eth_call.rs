//! `eth_call`: what a call returns.

use super::{RequestLimits, RpcError, calls, params::Params};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Value, RpcError> {
    calls::answer(chain, params, limits, |simulation, request| {
        simulation.call(request)
    })
}
