//! Replay of a block on the state before it, for the methods that trace.

use crate::{
    chain::{Chain, ChainView},
    request::{Json, RequestLimits, RpcError, reply, require_state},
};
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

/// Block with the environment and the state of its replay.
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

    /// Prepares the replay of a block that may not be in the chain, whose parent is.
    pub(super) fn on(chain: &'c Chain, parent_hash: B256, input: Block) -> Result<Self, RpcError> {
        let parent = chain
            .block(parent_hash)
            .ok_or_else(|| RpcError::server(format!("parent {parent_hash} not found")))?;
        require_state(chain, parent)?;
        Ok(Self {
            // The block was checked when it entered the chain.
            environment: Environment::new(&input).with_contract_senders(),
            block: input,
            before: chain.state_after(parent),
        })
    }

    /// Returns the state changes before the transaction at `index`.
    pub(super) fn changes_before(
        &self,
        index: usize,
        limits: &CallLimits<'_>,
    ) -> Result<StateDiff, RpcError> {
        let transactions = self.block.transactions.len();
        // An empty block has a state before its first position, too.
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

/// Answers with the trace of each transaction of `block`.
pub(super) fn answer(
    chain: &Chain,
    block: &ExecutedBlock,
    options: Option<StrictOptions<TraceOptions>>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    traces(&Replay::new(chain, block)?, options, limits)
}

/// Answers with the trace of each transaction of `replay`.
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

/// Returns the calls of `block`'s transactions in Parity's format, or only of the one at index `only`. The genesis
/// block has none.
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
