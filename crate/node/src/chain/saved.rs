//! Blocks as bytes, each with what it changed of the state: of them the same chain is made again, and
//! nothing is executed.

use super::{
    Chain, MOST_RESERVED, Reservation, ReservedBlocks,
    branch::{Branch, Entry},
    with_hash,
};
use alloy_consensus::{EthereumTxEnvelope, Transaction as _, TxEip4844};
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use alloy_rlp_derive::{RlpDecodable, RlpEncodable};
use parevm::build::ExecutedBlock;
use parevm::{
    block::AlloyBlock,
    execute::Receipt,
    state::{Account, AccountChange, StateDiff},
    vm::bytecode_of,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Blocks that chains have in common, parents first, and the codes of their accounts.
#[derive(Debug, Default, RlpEncodable, RlpDecodable)]
pub(crate) struct SavedBlocks {
    blocks: Vec<SavedBlock>,
    codes: Vec<Bytes>,
}

/// What a chain has beside the one that was saved before it.
#[derive(Debug, RlpEncodable, RlpDecodable)]
pub(crate) struct SavedChain {
    /// Entries on the branch of the head that both have.
    shared: usize,
    /// Those after them.
    canonical: Vec<SavedEntry>,
    /// Positions of blocks that are on another branch: all, also those that both have.
    beside: Vec<usize>,
    /// Of the block above the head; none or one.
    base_fee: Vec<u64>,
    chain_ids: Vec<SavedChainId>,
    first_state: u64,
}

/// A block, or reserved ones, on the branch of a head.
#[derive(Debug, RlpEncodable, RlpDecodable)]
struct SavedEntry {
    /// Position of the block; none where `reserved` says which.
    block: Vec<usize>,
    reserved: Vec<SavedReservation>,
}

/// The first blocks of a reservation, which follow the entry before.
#[derive(Debug, RlpEncodable, RlpDecodable)]
struct SavedReservation {
    len: u64,
    count: u64,
    interval: u64,
    beneficiary: Address,
    gas_limit: u64,
}

#[derive(Debug, RlpEncodable, RlpDecodable)]
struct SavedChainId {
    /// Height from which on it holds.
    from: u64,
    chain_id: u64,
}

#[derive(Debug, RlpEncodable, RlpDecodable)]
struct SavedBlock {
    /// One more than the parent's position; zero for the genesis block.
    parent: usize,
    block: AlloyBlock,
    size: usize,
    receipts: Vec<SavedReceipt>,
    receipt_roots: Vec<B256>,
    total_difficulty: U256,
    changes: Vec<SavedChange>,
}

/// What a receipt says beside the transaction itself.
#[derive(Debug, RlpEncodable, RlpDecodable)]
struct SavedReceipt {
    from: Address,
    /// That of the transaction, which may not be that of its bytes: see [`with_hash`].
    hash: B256,
    /// None or one.
    contract_address: Vec<Address>,
    success: bool,
    gas_used: u64,
    effective_gas_price: u128,
    logs: Vec<Log>,
}

#[derive(Debug, RlpEncodable, RlpDecodable)]
struct SavedChange {
    address: Address,
    /// None or one.
    account: Vec<SavedAccount>,
    storage_reset: bool,
    slots: Vec<SavedSlot>,
}

#[derive(Debug, RlpEncodable, RlpDecodable)]
struct SavedAccount {
    balance: U256,
    nonce: u64,
    code_hash: B256,
}

#[derive(Debug, RlpEncodable, RlpDecodable)]
struct SavedSlot {
    slot: U256,
    value: U256,
}

/// What was saved is not whole.
#[derive(Debug, thiserror::Error)]
#[error("there is no block {position} of those that were saved")]
pub struct NoBlock {
    position: usize,
}

/// Saves chains one after the other, each block once.
#[derive(Debug, Default)]
pub(crate) struct Saver {
    saved: SavedBlocks,
    positions: HashMap<*const ExecutedBlock, usize>,
    codes: HashSet<B256>,
}

impl Saver {
    /// Saves `chain`; `before` is the one that was saved before it.
    pub(crate) fn chain(&mut self, chain: &Chain, before: Option<&Chain>) -> SavedChain {
        let entries: Vec<_> = chain.canonical.entries().collect();
        let shared = before.map_or(0, |before| {
            let pairs = entries.iter().zip(before.canonical.entries());
            pairs.take_while(|(one, other)| one.is(other)).count()
        });
        let entries = entries.get(shared..).unwrap_or_default();
        let executed = entries.iter().filter_map(Entry::block);
        let beside: Vec<_> = match chain.blocks.size() == chain.canonical.executed_len() {
            true => Vec::new(),
            false => {
                let blocks = chain.blocks.values();
                blocks.filter(|block| !chain.is_canonical(block)).collect()
            }
        };
        let mut blocks: Vec<_> = executed.chain(beside.iter().copied()).collect();
        blocks.sort_by_key(|block| block.number());
        for block in blocks {
            self.block(chain, block);
        }
        let position =
            |block: &Arc<ExecutedBlock>| self.positions.get(&Arc::as_ptr(block)).copied();
        let entry = |entry: &Entry| SavedEntry {
            block: entry.block().and_then(position).into_iter().collect(),
            reserved: match entry {
                Entry::Block(_) => Vec::new(),
                Entry::Reserved { reservation, len } => {
                    let rules = reservation.rules();
                    vec![SavedReservation {
                        len: *len,
                        count: rules.count,
                        interval: rules.interval,
                        beneficiary: rules.beneficiary,
                        gas_limit: rules.gas_limit,
                    }]
                }
            },
        };
        SavedChain {
            shared,
            canonical: entries.iter().map(entry).collect(),
            beside: beside.into_iter().filter_map(position).collect(),
            base_fee: chain.base_fee.into_iter().collect(),
            chain_ids: chain
                .chain_ids
                .iter()
                .map(|&(from, chain_id)| SavedChainId { from, chain_id })
                .collect(),
            first_state: chain.first_state,
        }
    }

    /// What was saved.
    pub(crate) fn finish(self) -> SavedBlocks {
        self.saved
    }

    fn block(&mut self, chain: &Chain, block: &Arc<ExecutedBlock>) {
        if self.positions.contains_key(&Arc::as_ptr(block)) {
            return;
        }
        // The state after a reserved block is that after the executed one below it.
        let parent = chain.block(block.block.header.parent_hash);
        let parent = parent.and_then(|parent| match chain.is_canonical(parent) {
            true => chain.canonical.executed_until(parent.number()),
            false => Some(parent),
        });
        let parent = parent.and_then(|parent| self.positions.get(&Arc::as_ptr(parent)));
        let diff = block.state.diff();
        for (hash, code) in &diff.codes {
            if self.codes.insert(*hash) {
                self.saved.codes.push(code.original_bytes());
            }
        }
        let sent = block.block.body.transactions.iter().zip(&block.receipts);
        let saved = SavedBlock {
            parent: parent.map_or(0, |position| position + 1),
            block: block.block.clone(),
            size: block.size,
            receipts: sent.map(SavedReceipt::from).collect(),
            receipt_roots: block.receipt_roots.clone(),
            total_difficulty: block.total_difficulty,
            changes: diff.sorted_accounts().into_iter().map(saved).collect(),
        };
        let position = self.saved.blocks.len();
        self.positions.insert(Arc::as_ptr(block), position);
        self.saved.blocks.push(saved);
    }
}

impl SavedBlocks {
    /// The blocks again. `base` is the chain as it began.
    pub(crate) fn restore(self, base: &Chain) -> Result<Vec<Arc<ExecutedBlock>>, NoBlock> {
        let codes = self.codes.into_iter().map(bytecode_of);
        let codes: HashMap<_, _> = codes.map(|code| (code.hash_slow(), code)).collect();
        let mut blocks: Vec<Arc<ExecutedBlock>> = Vec::with_capacity(self.blocks.len());
        for saved in self.blocks {
            let mut state = match saved.parent.checked_sub(1) {
                None => base.genesis().state.child(),
                Some(position) => {
                    let parent = blocks.get(position).ok_or(NoBlock { position })?;
                    parent.state.child()
                }
            };
            let mut diff = StateDiff::default();
            for change in saved.changes {
                let account = change.account.into_iter().next();
                let account = account.map(|account| Account {
                    balance: account.balance,
                    nonce: account.nonce,
                    code_hash: account.code_hash,
                });
                if let Some(hash) = account.map(|account| account.code_hash)
                    && let Some(code) = codes.get(&hash)
                {
                    diff.codes.insert(hash, code.clone());
                }
                let slots = change.slots.into_iter();
                let change_of = AccountChange {
                    account,
                    storage_reset: change.storage_reset,
                    slots: slots.map(|slot| (slot.slot, slot.value)).collect(),
                };
                diff.accounts.insert(change.address, change_of);
            }
            state.apply(&diff);
            let mut block = saved.block;
            let sent = std::mem::take(&mut block.body.transactions);
            block.body.transactions = sent
                .into_iter()
                .zip(&saved.receipts)
                .map(|(transaction, receipt)| with_hash(transaction, receipt.hash))
                .collect();
            blocks.push(Arc::new(ExecutedBlock {
                hash: block.header.hash_slow(),
                receipts: receipts(&block, saved.receipts),
                block,
                size: saved.size,
                receipt_roots: saved.receipt_roots,
                total_difficulty: saved.total_difficulty,
                state,
            }));
        }
        Ok(blocks)
    }
}

impl SavedChain {
    /// The chain again, which shares with `before` what it shared.
    pub(crate) fn restore(
        &self,
        blocks: &[Arc<ExecutedBlock>],
        before: &Chain,
    ) -> Result<Chain, NoBlock> {
        let find = |position: &usize| {
            let block = blocks.get(*position).map(Arc::clone);
            block.ok_or(NoBlock {
                position: *position,
            })
        };
        let mut chain = before.clone();
        if before.blocks.size() != before.canonical.executed_len() {
            for block in before
                .blocks
                .values()
                .filter(|block| !before.is_canonical(block))
            {
                chain.blocks.remove_mut(&block.hash);
            }
        }
        for dropped in before.canonical.entries().skip(self.shared) {
            let Some(dropped) = dropped.block() else {
                continue;
            };
            chain.blocks.remove_mut(&dropped.hash);
            for transaction in &dropped.block.body.transactions {
                chain.transactions.remove_mut(transaction.tx_hash());
            }
        }
        // Whoever asks for the head finds one: it is the last of these.
        let mut entries: Vec<_> = before.canonical.entries().take(self.shared).collect();
        for saved in &self.canonical {
            if let Some(position) = saved.block.first() {
                let block = find(position)?;
                chain.index(&block);
                entries.push(Entry::Block(block));
            }
            for saved in &saved.reserved {
                let parent = entries.last().and_then(Entry::block).map(Arc::clone);
                let parent = parent.ok_or(NoBlock { position: 0 })?;
                let rules = ReservedBlocks {
                    count: saved.count.clamp(1, MOST_RESERVED),
                    interval: saved.interval,
                    beneficiary: saved.beneficiary,
                    gas_limit: saved.gas_limit,
                };
                entries.push(Entry::Reserved {
                    reservation: Arc::new(Reservation::new(parent, rules)),
                    len: saved.len.min(rules.count),
                });
            }
        }
        for position in &self.beside {
            let block = find(position)?;
            chain.blocks.insert_mut(block.hash, block);
        }
        chain.canonical = Branch::of(entries).ok_or(NoBlock { position: 0 })?;
        chain.base_fee = self.base_fee.first().copied();
        chain.first_state = self.first_state;
        let chain_ids = self.chain_ids.iter();
        let chain_ids = chain_ids.map(|saved| (saved.from, saved.chain_id));
        chain.chain_ids = Arc::new(chain_ids.collect());
        Ok(chain)
    }
}

impl From<(&EthereumTxEnvelope<TxEip4844>, &Receipt)> for SavedReceipt {
    fn from((transaction, receipt): (&EthereumTxEnvelope<TxEip4844>, &Receipt)) -> Self {
        Self {
            from: receipt.from,
            hash: *transaction.tx_hash(),
            contract_address: receipt.contract_address.into_iter().collect(),
            success: receipt.success,
            gas_used: receipt.gas_used,
            effective_gas_price: receipt.effective_gas_price,
            logs: receipt.logs.clone(),
        }
    }
}

/// The receipts of the transactions of `block`, in order.
fn receipts(block: &AlloyBlock, saved: Vec<SavedReceipt>) -> Vec<Receipt> {
    let mut cumulative_gas_used: u64 = 0;
    let transactions = block.body.transactions.iter().enumerate();
    let receipts = transactions
        .zip(saved)
        .map(|((index, transaction), saved)| {
            cumulative_gas_used = cumulative_gas_used.saturating_add(saved.gas_used);
            Receipt {
                index,
                transaction_hash: Some(*transaction.tx_hash()),
                transaction_type: transaction.tx_type() as u8,
                from: saved.from,
                to: transaction.to(),
                contract_address: saved.contract_address.into_iter().next(),
                success: saved.success,
                gas_used: saved.gas_used,
                cumulative_gas_used,
                effective_gas_price: saved.effective_gas_price,
                blob_gas_used: transaction.blob_gas_used().unwrap_or_default(),
                logs_bloom: saved.logs.iter().collect(),
                logs: saved.logs,
            }
        });
    receipts.collect()
}

fn saved((address, change): (Address, &AccountChange)) -> SavedChange {
    let account = change.account.map(|account| SavedAccount {
        balance: account.balance,
        nonce: account.nonce,
        code_hash: account.code_hash,
    });
    let slots = change.sorted_slots().into_iter();
    SavedChange {
        address,
        account: account.into_iter().collect(),
        storage_reset: change.storage_reset,
        slots: slots
            .map(|(slot, value)| SavedSlot { slot, value })
            .collect(),
    }
}
