//! A transaction with its place in the chain.

use crate::chain::StoredBlock;
use alloy_consensus::{EthereumTxEnvelope, Transaction as _, TxEip4844, transaction::Recovered};
use alloy_rpc_types_eth::Transaction;

/// A transaction as JSON-RPC returns it.
pub(in crate::rpc) type RpcTransaction = Transaction<EthereumTxEnvelope<TxEip4844>>;

/// The transaction at `index`, or `None` where the block has none.
pub(in crate::rpc) fn of(block: &StoredBlock, index: usize) -> Option<RpcTransaction> {
    let header = &block.block.header;
    let transaction = block.block.body.transactions.get(index)?;
    let sender = block.receipts.get(index)?.from;
    Some(Transaction {
        block_hash: Some(block.hash),
        block_number: Some(header.number),
        transaction_index: Some(index as u64),
        effective_gas_price: Some(transaction.effective_gas_price(header.base_fee_per_gas)),
        block_timestamp: Some(header.timestamp),
        inner: Recovered::new_unchecked(transaction.clone(), sender),
    })
}
