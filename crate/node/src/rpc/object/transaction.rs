//! A transaction with its place in the chain.

use alloy_consensus::{EthereumTxEnvelope, Transaction as _, TxEip4844};
use alloy_rpc_types_eth::Transaction;
use parevm::build::{ExecutedBlock, SentTransaction};

/// A transaction as JSON-RPC returns it.
pub(in crate::rpc) type RpcTransaction = Transaction<EthereumTxEnvelope<TxEip4844>>;

/// A transaction that is in no block yet. Its `gasPrice` is the most that it pays, as go-ethereum's
/// `NewRPCPendingTransaction` has it.
pub(in crate::rpc) fn waiting(sent: &SentTransaction) -> RpcTransaction {
    Transaction {
        inner: sent.clone(),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        effective_gas_price: Some(sent.max_fee_per_gas()),
        block_timestamp: None,
    }
}

/// The transaction at `index`, or `None` where the block has none.
pub(in crate::rpc) fn of(block: &ExecutedBlock, index: usize) -> Option<RpcTransaction> {
    let header = &block.block.header;
    let sent = block.sent(index)?;
    Some(Transaction {
        block_hash: Some(block.hash),
        block_number: Some(header.number),
        transaction_index: Some(index as u64),
        effective_gas_price: Some(sent.effective_gas_price(header.base_fee_per_gas)),
        block_timestamp: Some(header.timestamp),
        inner: sent,
    })
}
