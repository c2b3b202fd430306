//! `eth_estimateGas`: the least gas, within 1.5 %, with which a transaction succeeds.

use super::{Json, RequestLimits, RpcError, calls, params::Params};
use crate::chain::Chain;
use alloy_primitives::U64;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    calls::answer(chain, params, limits, |simulation, request| {
        simulation.estimate_gas(request).map(U64::from)
    })
}
