//! `eth_createAccessList`: the access list of a transaction, and the gas that it uses with that list.

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
        simulation.create_access_list(request)
    })
}
