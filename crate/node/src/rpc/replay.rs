//! What the methods that trace a block have in common: it is run again on the state before it.

use super::{Json, RequestLimits, RpcError, params::require_state, reply};
use crate::{Chain, chain::ChainView};
use alloy_primitives::B256;
use alloy_rpc_types_trace::{geth::TraceResult, parity::LocalizedTransactionTrace};
use parevm::build::ExecutedBlock;
use parevm::{
    Block,
    execute::{ExecuteOptions, Sequential},
    state::StateDiff,
    vm::Environment,
};
use parevm_simulate::{
    CallLimits,
    trace::{StrictOptions, TraceError, TraceOptions, parity_traces, trace_block},
};

/// A block that can run again.
pub(super) struct Replay<'c> {
    pub(super) block: Block,
    pub(super) environment: Environment,
    pub(super) before: ChainView<'c>,
}

impl<'c> Replay<'c> {
    pub(super) fn new(chain: &'c Chain, block: &ExecutedBlock) -> Result<Self, RpcError> {
        if block.hash == chain.genesis().hash {
            return Err(RpcError::server("genesis is not traceable".to_owned()));
        }
        Self::on(chain, block.block.header.parent_hash, chain.input_of(block))
    }

    /// A block that may not be in the chain, as its parent is.
    pub(super) fn on(chain: &'c Chain, parent_hash: B256, input: Block) -> Result<Self, RpcError> {
        let parent = chain
            .block(parent_hash)
            .ok_or_else(|| RpcError::server(format!("parent {parent_hash} not found")))?;
        require_state(chain, parent)?;
        Ok(Self {
            // It was checked when it came into the chain.
            environment: Environment::new(&input).with_contract_senders(),
            block: input,
            before: chain.state_after(parent),
        })
    }

    /// What the block changes before its transaction at `index`.
    pub(super) fn changes_before(
        &self,
        index: usize,
        limits: &CallLimits<'_>,
    ) -> Result<StateDiff, RpcError> {
        let transactions = self.block.transactions.len();
        // An empty block has a state before its first transaction, too.
        if index >= transactions && index != 0 {
            return Err(TraceError::NoSuchTransaction {
                index,
                transactions,
            }
            .into());
        }
        let options = ExecuteOptions::default();
        let (block, environment) = (&self.block, &self.environment);
        let mut run = Sequential::new(block, environment, &self.before, &options)?;
        for _ in 0..index {
            limits.ask()?;
            run.step_watched(limits.watch)?;
        }
        Ok(run.state_diff())
    }
}

/// The trace of each transaction of `block`.
pub(super) fn answer(
    chain: &Chain,
    block: &ExecutedBlock,
    options: Option<StrictOptions<TraceOptions>>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    traces(&Replay::new(chain, block)?, options, limits)
}

/// The trace of each transaction that `replay` runs.
pub(super) fn traces(
    replay: &Replay<'_>,
    options: Option<StrictOptions<TraceOptions>>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let StrictOptions(options) = options.unwrap_or_default();
    let traces = trace_block(
        &replay.block,
        &replay.environment,
        &replay.before,
        &options,
        &limits.trace,
    )?;
    let result = |(tx_hash, result)| TraceResult::Success { result, tx_hash };
    reply(traces.into_iter().map(result).collect::<Vec<_>>())
}

/// The calls of `block`'s transactions as Parity lists them, or only of the one at index `only`. There are none in
/// the first block.
pub(super) fn calls_of(
    chain: &Chain,
    block: &ExecutedBlock,
    only: Option<usize>,
    limits: &RequestLimits<'_>,
) -> Result<Vec<LocalizedTransactionTrace>, RpcError> {
    if block.block.body.transactions.is_empty() {
        return Ok(Vec::new());
    }
    let replay = Replay::new(chain, block)?;
    let Replay {
        block,
        environment,
        before,
    } = &replay;
    Ok(parity_traces(
        block,
        environment,
        before,
        only,
        &limits.trace,
    )?)
}
