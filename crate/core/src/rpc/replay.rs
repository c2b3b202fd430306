//! What the methods that trace a block have in common: it is run again on the state before it.

use super::{Json, RequestLimits, RpcError, reply};
use crate::{
    Block, Chain,
    chain::{ChainView, StoredBlock},
    execute::{ExecuteOptions, Sequential},
    simulate::CallLimits,
    state::StateDiff,
    trace::{Known, TraceError, TraceOptions, trace_block},
    vm::Environment,
};
use alloy_rpc_types_trace::geth::TraceResult;

/// A block that can run again.
pub(super) struct Replay<'c> {
    pub(super) block: Block,
    pub(super) environment: Environment,
    pub(super) before: ChainView<'c>,
}

impl<'c> Replay<'c> {
    pub(super) fn new(chain: &'c Chain, block: &StoredBlock) -> Result<Self, RpcError> {
        let parent = chain
            .block(block.block.header.parent_hash)
            .ok_or_else(|| RpcError::server("genesis is not traceable".to_owned()))?;
        let input = chain.input_of(block);
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
        let mut run = Sequential::new(&self.block, &self.environment, &self.before, &options)?;
        for _ in 0..index {
            limits.ask()?;
            run.step()?;
        }
        Ok(run.state_diff())
    }
}

/// The trace of each transaction of `block`.
pub(super) fn answer(
    chain: &Chain,
    block: &StoredBlock,
    options: Option<Known<TraceOptions>>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let Known(options) = options.unwrap_or_default();
    let replay = Replay::new(chain, block)?;
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
