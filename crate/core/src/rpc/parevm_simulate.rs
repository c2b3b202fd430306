//! `parevm_simulate`: what calls would do, one on top of the other, in one report. Parameters: the bundle
//! ([`Bundle`]), the block on whose state it is tried, overrides of state and block.

use super::{Json, RequestLimits, RpcError, calls, params::Params, reply};
use crate::{
    chain::Chain,
    simulate::{
        Overrides, Simulation,
        report::{Bundle, ReportOptions},
    },
};

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let bundle: Bundle = params.required("bundle")?;
    let block = params.state(chain)?;
    let overrides = Overrides {
        state: params.optional("state overrides")?.unwrap_or_default(),
        block: params.optional("block overrides")?.unwrap_or_default(),
    };
    let state = chain.state_after(block);
    let header = calls::header_of(chain, block);
    let simulation = Simulation::new(&header, &state, &overrides, limits.call)?;
    let options = ReportOptions {
        engine: limits.engine,
        recorded_bytes: limits.trace.recorded_bytes,
    };
    reply(simulation.report(&bundle, &options)?)
}
