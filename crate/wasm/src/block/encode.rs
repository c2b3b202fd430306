//! Results of the engine as wire types.

use alloy_primitives::{B256, Bytes};
use parevm::execute::timeline::{Incarnation, IncarnationOutcome, TimeSpan};
use parevm::execute::{self, ExecutionReport};
use parevm::state::StateDiff;
use parevm::vm::Location;
use parevm::{Block, HeaderChecks};

use super::{wire, wire_bal, wire_timeline};

/// Returns the result of `executeBlock`, whose execution took `ms` milliseconds.
pub(crate) fn outcome(
    block: &Block,
    outcome: execute::BlockOutcome,
    checks: HeaderChecks,
    ms: f64,
) -> wire::BlockOutcome {
    let mut log_index = 0;
    let receipts = outcome
        .receipts
        .into_iter()
        .map(|receipt| wire_receipt(receipt, &mut log_index));
    wire::BlockOutcome {
        number: block.header.number,
        receipts: receipts.collect(),
        gas_used: outcome.gas_used,
        blob_gas_used: outcome.blob_gas_used,
        logs_bloom: outcome.logs_bloom,
        receipts_root: outcome.receipts_root,
        requests_hash: outcome.requests_hash,
        checks: wire_checks(checks),
        state_diff: state_diff(&outcome.state_diff),
        block_access_list: outcome.block_access_list.as_ref().map(wire_bal::list),
        plan: plan(&outcome.report),
        statistics: statistics(&outcome.report),
        timeline: timeline(&outcome.report),
        time_ms: ms,
    }
}

pub(crate) fn wire_receipt(receipt: execute::Receipt, log_index: &mut u32) -> wire::Receipt {
    let logs = receipt.logs.into_iter().map(|log| {
        let index = *log_index;
        *log_index += 1;
        let (topics, data) = log.data.split();
        wire::ReceiptLog {
            address: log.address,
            topics,
            data,
            log_index: index,
        }
    });
    wire::Receipt {
        transaction_hash: receipt.transaction_hash,
        transaction_index: receipt.index as u32,
        r#type: match receipt.transaction_type {
            1 => wire::TransactionType::Eip2930,
            2 => wire::TransactionType::Eip1559,
            3 => wire::TransactionType::Eip4844,
            4 => wire::TransactionType::Eip7702,
            _ => wire::TransactionType::Legacy,
        },
        from: receipt.from,
        to: receipt.to,
        contract_address: receipt.contract_address,
        status: if receipt.success {
            wire::ReceiptStatus::Success
        } else {
            wire::ReceiptStatus::Reverted
        },
        gas_used: receipt.gas_used,
        cumulative_gas_used: receipt.cumulative_gas_used,
        effective_gas_price: receipt.effective_gas_price,
        blob_gas_used: receipt.blob_gas_used,
        logs_bloom: receipt.logs_bloom,
        logs: logs.collect(),
    }
}

pub(crate) fn wire_checks(checks: HeaderChecks) -> wire::HeaderChecks {
    wire::HeaderChecks {
        gas_used: checks.gas_used,
        receipts_root: checks.receipts_root,
        logs_bloom: checks.logs_bloom,
        requests_hash: checks.requests_hash,
        state_root: checks.state_root,
    }
}

pub(crate) fn plan(report: &ExecutionReport) -> wire::ExecutionPlan {
    wire::ExecutionPlan {
        executor: report.executor.name(),
        reason: report.reason.clone().into_owned(),
        bal_mismatch: report.bal_mismatch.as_ref().map(wire_bal::mismatch),
        threads: report.threads as u32,
    }
}

pub(crate) fn statistics(report: &ExecutionReport) -> wire::ExecutionStatistics {
    wire::ExecutionStatistics {
        executions: report.executions as u32,
        re_executions: report.re_executions as u32,
    }
}

fn timeline(report: &ExecutionReport) -> Option<Vec<wire_timeline::Incarnation>> {
    let runs = report.timeline.as_ref()?;
    Some(runs.iter().map(incarnation).collect())
}

fn incarnation(run: &Incarnation) -> wire_timeline::Incarnation {
    let span = |span: TimeSpan| wire_timeline::TimeSpan {
        start_ns: span.from,
        end_ns: span.to,
    };
    let conflict = match run.outcome {
        IncarnationOutcome::Committed => None,
        IncarnationOutcome::Aborted(location) => {
            let (address, slot) = match location {
                Some(Location::Account(address)) => (Some(address), None),
                Some(Location::Slot(address, slot)) => (Some(address), Some(B256::from(slot))),
                None => (None, None),
            };
            Some(wire_timeline::Conflict {
                address,
                slot,
                message: run.outcome.to_string(),
            })
        }
    };
    wire_timeline::Incarnation {
        transaction_index: run.transaction as u32,
        worker: run.worker as u32,
        spans: run.spans().map(span).collect(),
        waits: run
            .suspensions
            .iter()
            .map(|it| wire_timeline::IncarnationWait {
                transaction_index: it.writer.get(),
                start_ns: it.span.from,
                end_ns: it.span.to,
            })
            .collect(),
        outcome: match conflict {
            None => wire_timeline::IncarnationOutcome::Committed,
            Some(_) => wire_timeline::IncarnationOutcome::Aborted,
        },
        conflict,
    }
}

fn state_diff(diff: &StateDiff) -> Vec<wire::AccountChange> {
    let accounts =
        diff.sorted_accounts()
            .into_iter()
            .map(|(address, change)| wire::AccountChange {
                address,
                account: change.account.map(|account| wire::AccountState {
                    balance: account.balance,
                    nonce: account.nonce,
                    code_hash: account.code_hash,
                    code: diff
                        .codes
                        .get(&account.code_hash)
                        .map(|code| Bytes::copy_from_slice(code.original_byte_slice())),
                }),
                storage_reset: change.storage_reset,
                slots: change
                    .sorted_slots()
                    .into_iter()
                    .map(|(slot, value)| wire::StorageSlot {
                        slot: B256::from(slot),
                        value: B256::from(value),
                    })
                    .collect(),
            });
    accounts.collect()
}
