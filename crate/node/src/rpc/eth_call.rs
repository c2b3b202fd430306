//! `eth_call`: what a call returns.

use super::{Json, RequestLimits, RpcError, calls, params::Params};
use crate::chain::Chain;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    calls::answer(chain, params, limits, |simulation, request| {
        simulation.call(request)
    })
}
