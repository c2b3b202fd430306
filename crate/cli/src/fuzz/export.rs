//! Made blocks for other engines.

use crate::error::CliError;
use alloy_primitives::{B256, U64, hex};
use parevm::{
    ExecuteOptions, Executor,
    state::{Account, MemoryState},
};
use parevm_testkit::{
    conformance::alloc::{self, Alloc},
    fuzz::made,
    signed,
};
use serde_json::{Map, Value, json};
use std::process::ExitCode;

/// Prints a line for each made block whose senders' keys are known.
pub(super) fn run(first: u64, count: u64) -> Result<ExitCode, CliError> {
    let engine = crate::engine(Some(1))?;
    let options = ExecuteOptions {
        executor: Executor::Optimistic,
        ..Default::default()
    };
    for seed in first..first + count {
        let case = made(seed);
        let Some(mut block) = signed::block(&case.block) else {
            continue;
        };
        let outcome = engine
            .execute(&case.block, &*case.state, &options)
            .map_err(|source| CliError::Subject {
                name: seed.to_string(),
                source,
            })?;
        signed::complete(&mut block, &outcome);
        let before = pre_state(&case.state);
        let mut after: Alloc = serde_json::from_value(Value::Object(before.clone()))?;
        alloc::apply(&mut after, &outcome.state_diff);
        let root = alloc::root(&after);
        block.header.state_root = root;
        let fork: &str = case.fork().into();
        let hashes: Map<String, Value> = case
            .state
            .block_hashes()
            .map(|(number, hash)| (number.to_string(), json!(hash)))
            .collect();
        let receipts: Vec<Value> = outcome
            .receipts
            .iter()
            .map(|receipt| {
                json!({
                    "success": receipt.success,
                    "gasUsed": receipt.gas_used,
                    "logs": receipt.logs.len(),
                })
            })
            .collect();
        let changed: Map<String, Value> = outcome
            .state_diff
            .sorted_accounts()
            .into_iter()
            .map(|(address, change)| {
                let slots: Map<String, Value> = change
                    .sorted_slots()
                    .into_iter()
                    .map(|(slot, value)| (B256::from(slot).to_string(), json!(value)))
                    .collect();
                let account = change.account.map(|account| {
                    json!({
                        "balance": account.balance,
                        "nonce": account.nonce,
                        "codeHash": account.code_hash,
                        "storage": slots,
                    })
                });
                (address.to_string().to_lowercase(), json!(account))
            })
            .collect();
        let line = json!({
            "seed": seed,
            "fork": fork,
            "blockRlp": hex::encode_prefixed(alloy_rlp::encode(&block)),
            "preState": before,
            "blockHashes": hashes,
            "isStateComplete": outcome.is_state_complete,
            "result": {
                "gasUsed": outcome.gas_used,
                "receiptsRoot": outcome.receipts_root,
                "requestsHash": outcome.requests_hash,
                "stateRoot": root,
                "receipts": receipts,
                "changed": changed,
            },
        });
        out!("{line}");
    }
    Ok(ExitCode::SUCCESS)
}

fn pre_state(state: &MemoryState) -> Map<String, Value> {
    let codes: std::collections::HashMap<_, _> = state.codes().collect();
    let accounts = state.iter().map(|(address, account, storage)| {
        let Account {
            balance,
            nonce,
            code_hash,
        } = account;
        let code = codes.get(code_hash).map(|code| code.original_bytes());
        let slots: Map<String, Value> = storage
            .iter()
            .map(|(slot, value)| (B256::from(*slot).to_string(), json!(B256::from(*value))))
            .collect();
        let account = json!({
            "balance": balance,
            "nonce": U64::from(*nonce),
            "code": code.unwrap_or_default(),
            "storage": slots,
        });
        (address.to_string().to_lowercase(), account)
    });
    accounts.collect()
}
