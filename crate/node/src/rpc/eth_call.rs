//! `eth_call`: the return data of a call.

use super::call_request;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    call_request::answer(chain, params, limits, |simulation, request| {
        simulation.call(request)
    })
}
