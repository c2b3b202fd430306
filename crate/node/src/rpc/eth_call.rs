//! `eth_call`: the return data of a call.

use super::call_request;
use crate::{
    chain::Chain,
    node::{Host, Node, RequestContext},
    request::{Json, Params, RequestLimits, RpcError, require_state},
};
use alloy_primitives::Bytes;
use parevm_simulate::{CallRequest, Overrides};

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    call_request::answer(chain, params, limits, |simulation, request| {
        simulation.call(request)
    })
}

impl Node {
    /// Returns the output of `request` on the state after the head: `eth_call` without overrides and without JSON.
    ///
    /// # Errors
    ///
    /// As `eth_call`.
    pub fn call(&self, host: &Host<'_>, request: &CallRequest) -> Result<Bytes, RpcError> {
        let limits = self.options().limits;
        let watch = limits.watch(host);
        let limits = RequestContext::new(host, &limits, &watch).limits;
        let (chain, block) = (self.chain(), self.chain().head());
        require_state(chain, block)?;
        let overrides = Overrides::default();
        let output = call_request::simulate(chain, block, &overrides, &limits, |simulation| {
            simulation.call(request)
        })?;
        // Two digits for a byte, after `0x` and between quotes.
        match output.len().saturating_mul(2).saturating_add(4) <= limits.answer_bytes {
            true => Ok(output),
            false => Err(RpcError::too_large(limits.answer_bytes)),
        }
    }
}
