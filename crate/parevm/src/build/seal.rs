//! Sealing of a block: completes its header with the results of execution.

use super::ExecutedBlock;
use crate::{
    bal::BlockAccessList,
    block::AlloyBlock,
    execute::{Receipt, receipts_root, receipts_root_with},
    state::TrieState,
    vm::SpecId,
};
use alloy_consensus::{
    BlockBody, EthereumTxEnvelope, Header, TxEip4844, proofs::calculate_transaction_root,
};
use alloy_eips::eip4895::Withdrawals;
use alloy_primitives::{B256, Bloom, U256};
use alloy_rlp::Encodable;

/// Results of an execution that the header commits to.
#[derive(Debug)]
pub struct BlockResults {
    /// Receipts in block order.
    pub receipts: Vec<Receipt>,
    /// State root after each transaction, before Byzantium; empty later.
    pub receipt_roots: Vec<B256>,
    /// Gas used by all transactions, as the header counts it.
    pub gas_used: u64,
    /// Blob gas used by all transactions.
    pub blob_gas_used: u64,
    /// Hash of the requests (EIP-7685); `None` if the state lacks the contracts that make them.
    pub requests_hash: Option<B256>,
    /// Block access list (EIP-7928), from Amsterdam on.
    pub block_access_list: Option<BlockAccessList>,
    /// State after the block.
    pub state: TrieState,
}

/// Seals a block of `transactions`: completes `header` with `results`. `withdrawals` are ignored before Shanghai.
/// `parent_difficulty` is the total difficulty of the parent.
#[must_use]
pub fn seal(
    header: Header,
    spec: SpecId,
    transactions: Vec<EthereumTxEnvelope<TxEip4844>>,
    withdrawals: Withdrawals,
    results: BlockResults,
    parent_difficulty: U256,
) -> ExecutedBlock {
    let since = |fork| spec.is_enabled_in(fork);
    let BlockResults {
        receipts,
        receipt_roots,
        state,
        ..
    } = results;
    let header = Header {
        state_root: state.root(),
        transactions_root: calculate_transaction_root(&transactions),
        receipts_root: match since(SpecId::BYZANTIUM) {
            true => receipts_root(&receipts),
            false => receipts_root_with(&receipts, &receipt_roots),
        },
        logs_bloom: (receipts.iter())
            .fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.logs_bloom),
        gas_used: results.gas_used,
        blob_gas_used: since(SpecId::CANCUN).then_some(results.blob_gas_used),
        // Without the contracts that make requests there are none.
        requests_hash: results.requests_hash.or(header.requests_hash),
        block_access_list_hash: results.block_access_list.map(|list| list.hash()),
        ..header
    };
    let block = AlloyBlock {
        body: BlockBody {
            transactions,
            ommers: Vec::new(),
            withdrawals: since(SpecId::SHANGHAI).then_some(withdrawals),
        },
        header,
    };
    ExecutedBlock {
        hash: block.header.hash_slow(),
        size: block.length(),
        total_difficulty: parent_difficulty.saturating_add(block.header.difficulty),
        block,
        receipts,
        receipt_roots,
        state,
    }
}
