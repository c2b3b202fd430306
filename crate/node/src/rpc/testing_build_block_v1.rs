//! `testing_buildBlockV1`: a payload on top of any block, of the given transactions or from the pool. The chain is
//! unchanged.

use crate::{
    chain::Chain,
    node::{Node, RequestContext},
    pool::PoolTransaction,
    request::{Json, Params, RpcError, require_state},
};
use alloy_consensus::Header;
use alloy_eips::{
    eip1559::GAS_LIMIT_BOUND_DIVISOR, eip2718::Encodable2718, eip4895::Withdrawal,
    eip7594::BlobTransactionSidecarVariant,
};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use parevm::build::{BlockAttributes, BuiltBlock, SentTransaction, Unfit, next_base_fee};
use parevm::{
    block::{Block, Transaction},
    execute::ExecuteError,
    vm::{
        Environment, InvalidTransaction,
        invalid::{in_words, sentence},
    },
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Target of the gas limit of payloads, as in geth.
const GAS_LIMIT_TARGET: u64 = 60_000_000;

/// Payload attributes of the engine API.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    timestamp: U64,
    prev_randao: B256,
    suggested_fee_recipient: Address,
    #[serde(default)]
    withdrawals: Vec<Withdrawal>,
    #[serde(default)]
    parent_beacon_block_root: B256,
}

pub(super) fn answer(
    node: &Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let chain = node.chain();
    let hash = params.hash()?;
    let parent = chain
        .block(hash)
        .ok_or_else(|| RpcError::server(format!("unknown parent {hash}")))?;
    require_state(chain, parent)?;
    let attributes: Attributes = params.required("payload attributes")?;
    let given: Option<Vec<Bytes>> = params.optional("transactions")?;
    let header = &parent.block.header;
    let attributes = BlockAttributes {
        timestamp: attributes.timestamp.to(),
        beneficiary: attributes.suggested_fee_recipient,
        gas_limit: towards_target(header.gas_limit),
        base_fee: None,
        prev_randao: attributes.prev_randao,
        parent_beacon_block_root: attributes.parent_beacon_block_root,
        extra_data: params.optional("extra data")?.unwrap_or_default(),
        withdrawals: attributes.withdrawals,
    };
    if attributes.timestamp <= header.timestamp {
        return Err(RpcError::invalid(
            "payload attributes",
            "the timestamp is not after the parent's",
        ));
    }
    let (transactions, unfit) = match given {
        Some(given) => {
            let decode = |bytes: Result<&Bytes, RpcError>| {
                let decoded = PoolTransaction::decode(bytes?, node.spec())?;
                Ok::<_, RpcError>(Arc::new(decoded))
            };
            let decoded = params.asked(&given).map(decode);
            (decoded.collect::<Result<_, _>>()?, Unfit::Fails)
        }
        None => {
            let base_fee = next_base_fee(header);
            let best = node.state().best(base_fee, attributes.gas_limit);
            (best, Unfit::LeftOut)
        }
    };
    let sent: Vec<_> = transactions.iter().map(|one| one.sent.clone()).collect();
    let refused = |error| refused(error, &sent, chain, header);
    let built = chain
        .build(
            context.engine,
            parent,
            &attributes,
            sent.clone(),
            unfit,
            &context.limits.call,
        )
        .map_err(refused)?;
    params.reply(payload(&built, &transactions))
}

/// Returns the gas limit nearest to the target that a child of a block with the limit `parent` may have.
fn towards_target(parent: u64) -> u64 {
    let most = (parent / GAS_LIMIT_BOUND_DIVISOR).saturating_sub(1);
    GAS_LIMIT_TARGET.clamp(parent.saturating_sub(most), parent.saturating_add(most))
}

/// Returns the error of a block of `sent` on `parent`; for a transaction in geth's words.
fn refused(
    error: ExecuteError,
    sent: &[SentTransaction],
    chain: &Chain,
    parent: &Header,
) -> RpcError {
    let (reason, transaction) = match &error {
        ExecuteError::Interrupted(_) => return error.into(),
        ExecuteError::InvalidTransaction { index, source } => (source, sent.get(*index)),
        ExecuteError::BlockGasExceeded { .. } => {
            (&InvalidTransaction::CallerGasLimitMoreThanBlock, None)
        }
        _ => return RpcError::server(error.to_string()),
    };
    let Some(transaction) = transaction else {
        return RpcError::server(sentence(reason).into_owned());
    };
    let mut header: parevm::block::Header = parent.into();
    header.base_fee = header.base_fee.map(|_| next_base_fee(parent));
    let schedule = chain.schedule().clone();
    let block = Block::new(chain.chain_id(), schedule, header, Vec::new());
    let transaction = Transaction::from(transaction).env;
    RpcError::server(in_words(reason, &transaction, &Environment::new(&block)))
}

fn payload(built: &BuiltBlock, offered: &[Arc<PoolTransaction>]) -> Value {
    let block = &built.block;
    let header = &block.block.header;
    let body = &block.block.body;
    let encoded = body
        .transactions
        .iter()
        .map(|one| Bytes::from(one.encoded_2718()));
    let requests = built.requests.iter().filter(|request| request.len() > 1);
    json!({
        "executionPayload": {
            "parentHash": header.parent_hash,
            "feeRecipient": header.beneficiary,
            "stateRoot": header.state_root,
            "receiptsRoot": header.receipts_root,
            "logsBloom": header.logs_bloom,
            "prevRandao": header.mix_hash,
            "blockNumber": U64::from(header.number),
            "gasLimit": U64::from(header.gas_limit),
            "gasUsed": U64::from(header.gas_used),
            "timestamp": U64::from(header.timestamp),
            "extraData": header.extra_data,
            "baseFeePerGas": U64::from(header.base_fee_per_gas.unwrap_or_default()),
            "blockHash": block.hash,
            "transactions": encoded.collect::<Vec<_>>(),
            "withdrawals": body.withdrawals,
            "blobGasUsed": header.blob_gas_used.map(U64::from),
            "excessBlobGas": header.excess_blob_gas.map(U64::from),
        },
        "blockValue": value(built),
        "blobsBundle": blobs(built, offered),
        "executionRequests": requests.collect::<Vec<_>>(),
        "shouldOverrideBuilder": false,
    })
}

/// Returns the fees of the recipient in wei.
fn value(built: &BuiltBlock) -> U256 {
    let block = &built.block;
    let base_fee = u128::from(block.block.header.base_fee_per_gas.unwrap_or_default());
    let fees = block.receipts.iter().map(|receipt| {
        let tip = receipt.effective_gas_price.saturating_sub(base_fee);
        U256::from(tip).saturating_mul(U256::from(receipt.gas_used))
    });
    fees.fold(U256::ZERO, U256::saturating_add)
}

/// Returns the blobs of the block's transactions.
fn blobs(built: &BuiltBlock, offered: &[Arc<PoolTransaction>]) -> Value {
    let held = |hash| {
        let mut hashes = built.block.block.body.transactions.iter();
        hashes.any(|one| *one.tx_hash() == hash)
    };
    let (mut commitments, mut proofs, mut blobs) = (Vec::new(), Vec::new(), Vec::new());
    for transaction in offered.iter().filter(|one| held(one.hash())) {
        let Some(sidecar) = transaction.sidecar.as_deref() else {
            continue;
        };
        commitments.extend_from_slice(sidecar.commitments());
        blobs.extend_from_slice(sidecar.blobs());
        proofs.extend_from_slice(match sidecar {
            BlobTransactionSidecarVariant::Eip4844(sidecar) => &sidecar.proofs,
            BlobTransactionSidecarVariant::Eip7594(sidecar) => &sidecar.cell_proofs,
        });
    }
    json!({ "commitments": commitments, "proofs": proofs, "blobs": blobs })
}
