//! Parity traces: the calls of a block's transactions, as `trace_block` returns them.

use super::{TraceError, TraceLimits};
use alloy_rpc_types_eth::TransactionInfo;
use alloy_rpc_types_trace::parity::LocalizedTransactionTrace;
use parevm::{
    block::Block,
    execute::{ExecuteError, ExecuteOptions, Sequential, StepError},
    state::StateSource,
    vm::{Bounds, Environment, Recorded},
};
use revm_inspectors::tracing::{TracingInspector, TracingInspectorConfig};

/// Returns the Parity traces of `block`'s transactions, or only of the one at index `only`. `state` is the state
/// before the block.
///
/// # Errors
///
/// As [`trace_block`](super::trace_block).
pub fn parity_traces(
    block: &Block,
    environment: &Environment,
    state: &dyn StateSource,
    only: Option<usize>,
    limits: &TraceLimits<'_>,
) -> Result<Vec<LocalizedTransactionTrace>, TraceError> {
    let tracer = || TracingInspector::new(TracingInspectorConfig::default_parity());
    let recorded = Recorded {
        calls: true,
        paths: true,
        ..Recorded::default()
    };
    let mut bounds = Bounds {
        watch: limits.watch,
        recorded,
        bytes: limits.recorded_bytes,
    };
    let options = ExecuteOptions::default();
    let mut run = Sequential::new(block, environment, state, &options)?;
    let mut calls = Vec::new();
    for (index, transaction) in block.transactions.iter().enumerate() {
        if only.is_some_and(|only| index > only) {
            break;
        }
        let mut traced = tracer();
        run.step_inspected(&mut traced, &mut bounds)
            .map_err(|error| match error {
                StepError::Execute(ExecuteError::Interrupted(interrupt)) => {
                    TraceError::Interrupted(interrupt)
                }
                StepError::Execute(error) => error.into(),
                StepError::TooLarge => TraceError::TooLarge {
                    limit: limits.recorded_bytes,
                },
            })?;
        if only.is_none_or(|only| index == only) {
            let info = TransactionInfo {
                hash: transaction.hash,
                index: Some(index as u64),
                block_hash: block.declared.hash,
                block_number: Some(block.header.number),
                ..TransactionInfo::default()
            };
            let builder = traced.into_parity_builder();
            calls.extend(builder.into_localized_transaction_traces_iter(info));
        }
    }
    Ok(calls)
}
