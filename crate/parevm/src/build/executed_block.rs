//! Sealed block with its receipts and the state after it.

use crate::{
    block::{AlloyBlock, Transaction},
    execute::Receipt,
    state::TrieState,
};
use alloy_consensus::{EthereumTxEnvelope, TxEip4844, transaction::Recovered};
use alloy_primitives::{B256, U256};

/// Signed transaction of a block, with its sender.
pub type SentTransaction = Recovered<EthereumTxEnvelope<TxEip4844>>;

/// Sealed block with its receipts and the state after it.
#[derive(Clone, Debug)]
pub struct ExecutedBlock {
    /// Hash of the header.
    pub hash: B256,
    /// Header and body.
    pub block: AlloyBlock,
    /// Length of the block's RLP encoding, in bytes.
    pub size: usize,
    /// Receipts in block order.
    pub receipts: Vec<Receipt>,
    /// State root after each transaction, before Byzantium: receipts contain it.
    pub receipt_roots: Vec<B256>,
    /// Difficulty of this block and all its ancestors.
    pub total_difficulty: U256,
    /// State after the block.
    pub state: TrieState,
}

impl ExecutedBlock {
    /// Returns the height of the block.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.block.header.number
    }

    /// Returns the transaction at `index` with its sender.
    #[must_use]
    pub fn sent(&self, index: usize) -> Option<SentTransaction> {
        let transaction = self.block.body.transactions.get(index)?.clone();
        let sender = self.receipts.get(index)?.from;
        Some(SentTransaction::new_unchecked(transaction, sender))
    }
}

impl From<&SentTransaction> for Transaction {
    fn from(sent: &SentTransaction) -> Self {
        let hash = Some(*sent.tx_hash());
        let typed = sent.inner().clone().into_typed_transaction();
        Self {
            hash,
            ..Self::new(&typed, sent.signer())
        }
    }
}
