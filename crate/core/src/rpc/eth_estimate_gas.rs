//! `eth_estimateGas`: the least gas, within 1.5 %, with which a transaction succeeds.

use super::{RequestLimits, RpcError, calls, params::Params};
use crate::chain::Chain;
use alloy_primitives::U64;
use serde_json::Value;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Value, RpcError> {
    calls::answer(chain, params, limits, |simulation, request| {
        simulation.estimate_gas(request).map(U64::from)
    })
}
