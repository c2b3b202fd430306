//! `parevm_simulate`: the report of consecutive calls. Parameters: the bundle ([`Bundle`]), the block on whose state
//! it runs, overrides of state and block.

use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};
use parevm::build::{next_base_fee, next_excess_blob_gas};
use parevm_simulate::{
    Overrides, Simulation,
    report::{Bundle, Prices, ReportOptions},
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
    let header = chain.empty_block(block);
    // The calls run in the next block; an override of the base fee refers to that block.
    let next = &block.block.header;
    let blobs = chain.schedule().blob_params(next.number, next.timestamp);
    let is_overridden =
        overrides.block.base_fee.is_some() || overrides.block.blob_base_fee.is_some();
    let prices = (!is_overridden).then(|| Prices {
        base_fee: next.base_fee_per_gas.map_or(0, |_| next_base_fee(next)),
        blob_base_fee: blobs.map_or(0, |params| {
            params.calc_blob_fee(next_excess_blob_gas(next, &params))
        }),
    });
    let simulation = Simulation::new(&header, &state, &overrides, limits.call)?;
    let options = ReportOptions {
        engine: limits.engine,
        recorded_bytes: limits.trace.recorded_bytes,
        prices,
    };
    params.reply(simulation.report(&bundle, &options)?)
}
