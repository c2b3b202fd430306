//! `eth_createAccessList`: what a transaction touches, and the gas that it uses with that list.

use super::{Json, RequestLimits, RpcError, calls, params::Params};
use crate::chain::Chain;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    calls::answer(chain, params, limits, |simulation, request| {
        simulation.create_access_list(request)
    })
}
