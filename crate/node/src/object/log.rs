//! Log with its position in the chain.

use crate::request::LogFilter;
use alloy_rpc_types_eth::Log;
use parevm::build::ExecutedBlock;

/// Returns the logs of a block that pass the addresses and topics of `filter`.
pub(crate) fn logs_of(block: &ExecutedBlock, filter: &LogFilter) -> impl Iterator<Item = Log> {
    let may_have = filter.may_match(block.block.header.logs_bloom);
    may_have
        .then(|| all(block))
        .into_iter()
        .flatten()
        .map(|(_, log)| log)
        .filter(|log| filter.matches(&log.inner))
}

/// Returns the logs of a block in order, each with the position of its transaction.
pub(crate) fn all(block: &ExecutedBlock) -> impl Iterator<Item = (usize, Log)> {
    let header = &block.block.header;
    let logs = block
        .receipts
        .iter()
        .flat_map(|receipt| receipt.logs.iter().map(move |log| (receipt, log)));
    logs.enumerate().map(move |(log_index, (receipt, log))| {
        let log = Log {
            inner: log.clone(),
            block_hash: Some(block.hash),
            block_number: Some(header.number),
            block_timestamp: Some(header.timestamp),
            transaction_hash: receipt.transaction_hash,
            transaction_index: Some(receipt.index as u64),
            log_index: Some(log_index as u64),
            removed: false,
        };
        (receipt.index, log)
    })
}
