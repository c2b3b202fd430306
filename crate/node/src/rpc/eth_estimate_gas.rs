//! `eth_estimateGas`: the minimum gas, within 1.5 %, with which a transaction succeeds.

use super::call_request;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};
use alloy_primitives::U64;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    call_request::answer(chain, params, limits, |simulation, request| {
        simulation.estimate_gas(request).map(U64::from)
    })
}
