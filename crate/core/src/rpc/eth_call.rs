//! `eth_call`: what a call returns.

use super::{RpcError, calls, params::Params};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    calls::answer(chain, params, |simulation, request| {
        simulation.call(request)
    })
}
