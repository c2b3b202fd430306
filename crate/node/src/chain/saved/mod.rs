//! Saved chains: blocks with the state changes of each, from which the same chains are restored without executing
//! anything.

mod error;
mod restore;
mod word;

pub use error::SavedChainError;

use super::{Chain, ReservedBlocks, branch::BranchEntry};
use alloy_consensus::{EthereumTxEnvelope, TxEip4844};
use alloy_primitives::{Address, B256, Bytes, Log};
use parevm::{
    build::ExecutedBlock,
    execute::Receipt,
    state::{Account, AccountChange},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use word::Word;

/// Blocks of several chains, parents first, and the codes of their accounts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SavedBlocks {
    blocks: Vec<SavedBlock>,
    codes: Vec<Bytes>,
}

/// Chain as a difference to the chain that was saved before it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SavedChain {
    /// Number of leading branch entries that both chains share.
    shared: usize,
    /// Branch entries after the shared ones.
    canonical: Vec<SavedEntry>,
    /// Positions of all blocks on other branches, shared ones included.
    beside: Vec<usize>,
    /// Base fee of the block above the head in wei, if it is set.
    base_fee: Option<u64>,
    /// First height and chain id.
    chain_ids: Vec<(u64, u64)>,
    first_state: u64,
}

/// Branch entry: a position among the saved blocks, or reserved blocks on top of the entry before.
#[derive(Debug, Serialize, Deserialize)]
enum SavedEntry {
    Block(usize),
    Reserved { rules: ReservedBlocks, len: u64 },
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedBlock {
    /// Position of the parent; `None` for the genesis block.
    parent: Option<usize>,
    /// RLP, as in the network protocol.
    block: Bytes,
    size: usize,
    receipts: Vec<SavedReceipt>,
    receipt_roots: Vec<B256>,
    total_difficulty: Word,
    changes: Vec<SavedChange>,
}

/// Receipt without the fields that follow from its transaction.
#[derive(Debug, Serialize, Deserialize)]
struct SavedReceipt {
    from: Address,
    /// Hash of the transaction, which may differ from the hash of its bytes: see [`with_hash`](super::with_hash).
    hash: B256,
    contract_address: Option<Address>,
    success: bool,
    gas_used: u64,
    effective_gas_price: u128,
    logs: Vec<SavedLog>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedLog {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedChange {
    address: Address,
    /// Balance in wei, nonce and code hash; `None` for a deleted account.
    account: Option<(Word, u64, B256)>,
    storage_reset: bool,
    /// Slots and values.
    slots: Vec<(Word, Word)>,
}

/// Writer of saved chains, which saves each block and each code once.
#[derive(Debug, Default)]
pub(crate) struct ChainWriter {
    saved: SavedBlocks,
    positions: HashMap<*const ExecutedBlock, usize>,
    codes: HashSet<B256>,
}

impl ChainWriter {
    /// Saves `chain` as a difference to `before`, the chain that was saved last.
    pub(crate) fn chain(&mut self, chain: &Chain, before: Option<&Chain>) -> SavedChain {
        let entries: Vec<_> = chain.canonical.entries().collect();
        let shared = before.map_or(0, |before| {
            let pairs = entries.iter().zip(before.canonical.entries());
            pairs.take_while(|(one, other)| one.is(other)).count()
        });
        let entries = entries.get(shared..).unwrap_or_default();
        let executed = entries.iter().filter_map(BranchEntry::block);
        let mut beside: Vec<_> = match chain.blocks.size() == chain.canonical.executed_len() {
            true => Vec::new(),
            false => {
                let blocks = chain.blocks.values();
                blocks.filter(|block| !chain.is_canonical(block)).collect()
            }
        };
        // The map of blocks has no order; saved bytes must have one.
        beside.sort_by_key(|block| (block.number(), block.hash));
        let mut blocks: Vec<_> = executed.chain(beside.iter().copied()).collect();
        blocks.sort_by_key(|block| block.number());
        for block in blocks {
            self.block(chain, block);
        }
        let position =
            |block: &Arc<ExecutedBlock>| self.positions.get(&Arc::as_ptr(block)).copied();
        let entry = |entry: &BranchEntry| match entry {
            BranchEntry::Block(block) => position(block).map(SavedEntry::Block),
            BranchEntry::Reserved { reservation, len } => Some(SavedEntry::Reserved {
                rules: *reservation.rules(),
                len: *len,
            }),
        };
        SavedChain {
            shared,
            canonical: entries.iter().filter_map(entry).collect(),
            beside: beside.into_iter().filter_map(position).collect(),
            base_fee: chain.base_fee,
            chain_ids: chain.chain_ids.to_vec(),
            first_state: chain.first_state,
        }
    }

    /// Returns the blocks of all saved chains.
    pub(crate) fn finish(self) -> SavedBlocks {
        self.saved
    }

    fn block(&mut self, chain: &Chain, block: &Arc<ExecutedBlock>) {
        if self.positions.contains_key(&Arc::as_ptr(block)) {
            return;
        }
        // The state after a reserved block equals the state after the executed block below it.
        let parent = chain.block(block.block.header.parent_hash);
        let parent = parent.and_then(|parent| match chain.is_canonical(parent) {
            true => chain.canonical.executed_until(parent.number()),
            false => Some(parent),
        });
        let parent = parent.and_then(|parent| self.positions.get(&Arc::as_ptr(parent)));
        let diff = block.state.diff();
        let mut codes: Vec<_> = diff.codes.iter().collect();
        codes.sort_by_key(|(hash, _)| **hash);
        for (hash, code) in codes {
            if self.codes.insert(*hash) {
                self.saved.codes.push(code.original_bytes());
            }
        }
        let sent = block.block.body.transactions.iter().zip(&block.receipts);
        let changes = diff.sorted_accounts().into_iter();
        let saved = SavedBlock {
            parent: parent.copied(),
            block: alloy_rlp::encode(&block.block).into(),
            size: block.size,
            receipts: sent.map(SavedReceipt::from).collect(),
            receipt_roots: block.receipt_roots.clone(),
            total_difficulty: Word(block.total_difficulty),
            changes: changes.map(SavedChange::from).collect(),
        };
        let position = self.saved.blocks.len();
        self.positions.insert(Arc::as_ptr(block), position);
        self.saved.blocks.push(saved);
    }
}

impl From<(&EthereumTxEnvelope<TxEip4844>, &Receipt)> for SavedReceipt {
    fn from((transaction, receipt): (&EthereumTxEnvelope<TxEip4844>, &Receipt)) -> Self {
        Self {
            from: receipt.from,
            hash: *transaction.tx_hash(),
            contract_address: receipt.contract_address,
            success: receipt.success,
            gas_used: receipt.gas_used,
            effective_gas_price: receipt.effective_gas_price,
            logs: receipt.logs.iter().map(SavedLog::from).collect(),
        }
    }
}

impl From<&Log> for SavedLog {
    fn from(log: &Log) -> Self {
        Self {
            address: log.address,
            topics: log.topics().to_vec(),
            data: log.data.data.clone(),
        }
    }
}

impl From<(Address, &AccountChange)> for SavedChange {
    fn from((address, change): (Address, &AccountChange)) -> Self {
        let slots = change.sorted_slots().into_iter();
        Self {
            address,
            account: change.account.map(
                |Account {
                     balance,
                     nonce,
                     code_hash,
                     ..
                 }| (Word(balance), nonce, code_hash),
            ),
            storage_reset: change.storage_reset,
            slots: slots
                .map(|(slot, value)| (Word(slot), Word(value)))
                .collect(),
        }
    }
}
