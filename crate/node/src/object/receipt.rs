//! Receipt with its position in the chain.

use super::log;
use crate::chain::Chain;
use alloy_consensus::{Eip658Value, Receipt, ReceiptEnvelope, ReceiptWithBloom, TxType};
use alloy_rpc_types_eth::{Log, TransactionReceipt};
use parevm::build::ExecutedBlock;

/// Returns the receipt at `index`, or `None` where the block has none.
pub(crate) fn of(chain: &Chain, block: &ExecutedBlock, index: usize) -> Option<TransactionReceipt> {
    let logs = log::all(block)
        .filter(|(transaction, _)| *transaction == index)
        .map(|(_, log)| log);
    with_logs(chain, block, index, logs.collect())
}

fn with_logs(
    chain: &Chain,
    block: &ExecutedBlock,
    index: usize,
    logs: Vec<Log>,
) -> Option<TransactionReceipt> {
    let receipt = block.receipts.get(index)?;
    let header = &block.block.header;
    let has_blobs = receipt.transaction_type == TxType::Eip4844 as u8;
    let blob_gas_price = chain
        .schedule()
        .blob_params(header.number, header.timestamp)
        .and_then(|params| header.blob_fee(params));
    Some(TransactionReceipt {
        inner: envelope(block, index, logs)?,
        transaction_hash: receipt.transaction_hash?,
        transaction_index: Some(index as u64),
        block_hash: Some(block.hash),
        block_number: Some(header.number),
        gas_used: receipt.gas_used,
        effective_gas_price: receipt.effective_gas_price,
        blob_gas_used: has_blobs.then_some(receipt.blob_gas_used),
        blob_gas_price: blob_gas_price.filter(|_| has_blobs),
        from: receipt.from,
        to: receipt.to,
        contract_address: receipt.contract_address,
    })
}

/// Returns the receipt at `index` as the trie holds it, with logs of any kind.
pub(crate) fn envelope<L>(
    block: &ExecutedBlock,
    index: usize,
    logs: Vec<L>,
) -> Option<ReceiptEnvelope<L>> {
    let receipt = block.receipts.get(index)?;
    let status = match block.receipt_roots.get(index) {
        Some(root) => Eip658Value::PostState(*root),
        None => Eip658Value::Eip658(receipt.success),
    };
    let inner = ReceiptWithBloom {
        receipt: Receipt {
            status,
            cumulative_gas_used: receipt.cumulative_gas_used,
            logs,
        },
        logs_bloom: receipt.logs_bloom,
    };
    Some(match TxType::try_from(receipt.transaction_type).ok()? {
        TxType::Legacy => ReceiptEnvelope::Legacy(inner),
        TxType::Eip2930 => ReceiptEnvelope::Eip2930(inner),
        TxType::Eip1559 => ReceiptEnvelope::Eip1559(inner),
        TxType::Eip4844 => ReceiptEnvelope::Eip4844(inner),
        TxType::Eip7702 => ReceiptEnvelope::Eip7702(inner),
    })
}

/// Returns every receipt of a block.
pub(crate) fn all(chain: &Chain, block: &ExecutedBlock) -> Vec<TransactionReceipt> {
    // Logs are in the order of the receipts.
    let mut logs = log::all(block).peekable();
    let mut receipts = Vec::with_capacity(block.receipts.len());
    for index in 0..block.receipts.len() {
        let next = || logs.next_if(|(transaction, _)| *transaction == index);
        let logs = std::iter::from_fn(next).map(|(_, log)| log).collect();
        receipts.extend(with_logs(chain, block, index, logs));
    }
    receipts
}
