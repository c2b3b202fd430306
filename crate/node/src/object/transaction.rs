//! Transaction with its position in the chain.

use alloy_consensus::{EthereumTxEnvelope, Transaction as _, TxEip4844};
use alloy_rpc_types_eth::Transaction;
use parevm::build::{ExecutedBlock, SentTransaction};

/// Transaction as JSON-RPC returns it.
pub(crate) type RpcTransaction = Transaction<EthereumTxEnvelope<TxEip4844>>;

/// Returns a transaction that is in no block. Its `gasPrice` is its `maxFeePerGas`, as go-ethereum's
/// `NewRPCPendingTransaction` has it.
pub(crate) fn pending(sent: &SentTransaction) -> RpcTransaction {
    Transaction {
        inner: sent.clone(),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        effective_gas_price: Some(sent.max_fee_per_gas()),
        block_timestamp: None,
    }
}

/// Returns the transaction at `index`, or `None` where the block has none.
pub(crate) fn of(block: &ExecutedBlock, index: usize) -> Option<RpcTransaction> {
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
