//! `eth_createAccessList`: what a transaction touches, and the gas that it uses with that list.

use super::{RequestLimits, RpcError, calls, params::Params};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Value, RpcError> {
    calls::answer(chain, params, limits, |simulation, request| {
        simulation.create_access_list(request)
    })
}
