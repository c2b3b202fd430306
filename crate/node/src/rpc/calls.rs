//! What the methods that try a call have in common: the request, the block on whose state it is tried,
//! and what is different there.

use super::{Json, RequestLimits, RpcError, params::Params};
use crate::Chain;
use parevm::Block;
use parevm::build::ExecutedBlock;
use parevm_simulate::{CallError, CallRequest, Overrides, Simulation};
use serde::Serialize;

/// Answers with what `run` makes of the call in `params`: transaction, block, overrides of state and
/// of the block.
pub(super) fn answer<T: Serialize>(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
    run: impl FnOnce(&Simulation<'_>, &CallRequest) -> Result<T, CallError>,
) -> Result<Json, RpcError> {
    let request = params.required("transaction")?;
    let block = params.state(chain)?;
    let overrides = Overrides {
        state: params.optional("state overrides")?.unwrap_or_default(),
        block: params.optional("block overrides")?.unwrap_or_default(),
    };
    let state = chain.state_after(block);
    let header = header_of(chain, block);
    let simulation = Simulation::new(&header, &state, &overrides, limits.call)?;
    params.reply(run(&simulation, &request)?)
}

/// The block without its transactions, which no call looks at.
pub(crate) fn header_of(chain: &Chain, block: &ExecutedBlock) -> Block {
    let header = (&block.block.header).into();
    Block::new(
        chain.chain_id(),
        chain.schedule().clone(),
        header,
        Vec::new(),
    )
}
