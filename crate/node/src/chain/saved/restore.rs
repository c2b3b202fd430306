//! Chains from their saved form.

use super::{
    super::{
        Branch, Chain, MAX_RESERVED, Reservation, ReservedBlocks, branch::BranchEntry, with_hash,
    },
    SavedBlock, SavedBlocks, SavedChain, SavedChainError, SavedChange, SavedEntry, SavedLog,
    SavedReceipt, Word,
};
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Log};
use parevm::{
    block::AlloyBlock,
    build::ExecutedBlock,
    execute::Receipt,
    state::{Account, AccountChange, StateDiff},
    vm::{Bytecode, bytecode_of},
};
use std::{collections::HashMap, sync::Arc};

impl SavedBlocks {
    /// Returns the blocks in the order in which they were saved. `base` is the chain at its genesis block.
    ///
    /// # Errors
    ///
    /// [`SavedChainError`]: a parent is missing, or a block cannot be decoded.
    pub(crate) fn restore(self, base: &Chain) -> Result<Vec<Arc<ExecutedBlock>>, SavedChainError> {
        let codes = self.codes.into_iter().map(bytecode_of);
        let codes: HashMap<_, _> = codes.map(|code| (code.hash_slow(), code)).collect();
        let mut blocks: Vec<Arc<ExecutedBlock>> = Vec::with_capacity(self.blocks.len());
        for saved in self.blocks {
            let block = saved.restore(base, &codes, &blocks)?;
            blocks.push(Arc::new(block));
        }
        Ok(blocks)
    }
}

impl SavedBlock {
    /// Returns the block with its state. `earlier` are the blocks that were saved before it.
    fn restore(
        self,
        base: &Chain,
        codes: &HashMap<B256, Bytecode>,
        earlier: &[Arc<ExecutedBlock>],
    ) -> Result<ExecutedBlock, SavedChainError> {
        let at = earlier.len();
        let mut state = match self.parent {
            None => base.genesis().state.child(),
            Some(position) => {
                let parent = earlier.get(position);
                let parent = parent.ok_or(SavedChainError::MissingBlock { position })?;
                parent.state.child()
            }
        };
        let mut diff = StateDiff::default();
        for change in self.changes {
            let (address, change) = change.restore();
            if let Some(hash) = change.account.map(|account| account.code_hash)
                && let Some(code) = codes.get(&hash)
            {
                diff.codes.insert(hash, code.clone());
            }
            diff.accounts.insert(address, change);
        }
        state.apply(&diff);
        let block = alloy_rlp::decode_exact(&self.block);
        let mut block: AlloyBlock = block.map_err(|source| SavedChainError::Block {
            position: at,
            source,
        })?;
        let sent = std::mem::take(&mut block.body.transactions);
        block.body.transactions = sent
            .into_iter()
            .zip(&self.receipts)
            .map(|(transaction, receipt)| with_hash(transaction, receipt.hash))
            .collect();
        Ok(ExecutedBlock {
            hash: block.header.hash_slow(),
            receipts: receipts(at, &block, self.receipts)?,
            block,
            size: self.size,
            receipt_roots: self.receipt_roots,
            total_difficulty: self.total_difficulty.0,
            state,
        })
    }
}

impl SavedChange {
    fn restore(self) -> (Address, AccountChange) {
        let account = |(Word(balance), nonce, code_hash)| Account {
            balance,
            nonce,
            code_hash,
        };
        let slots = self.slots.into_iter();
        let change = AccountChange {
            account: self.account.map(account),
            storage_reset: self.storage_reset,
            slots: slots.map(|(slot, value)| (slot.0, value.0)).collect(),
        };
        (self.address, change)
    }
}

impl SavedChain {
    /// Returns the chain, which shares with `before` what it shared when it was saved.
    ///
    /// # Errors
    ///
    /// [`SavedChainError`]: a block is missing.
    pub(crate) fn restore(
        self,
        blocks: &[Arc<ExecutedBlock>],
        before: &Chain,
    ) -> Result<Chain, SavedChainError> {
        let find = |position: usize| {
            let block = blocks.get(position).map(Arc::clone);
            block.ok_or(SavedChainError::MissingBlock { position })
        };
        let mut chain = before.clone();
        if before.blocks.size() != before.canonical.executed_len() {
            let beside = before.blocks.values();
            for block in beside.filter(|block| !before.is_canonical(block)) {
                chain.blocks.remove_mut(&block.hash);
            }
        }
        for dropped in before.canonical.entries_from(self.shared) {
            let Some(dropped) = dropped.block() else {
                continue;
            };
            chain.blocks.remove_mut(&dropped.hash);
            for transaction in &dropped.block.body.transactions {
                chain.transactions.remove_mut(transaction.tx_hash());
            }
        }
        let shared = self.shared.min(before.canonical.len());
        let last = shared.checked_sub(1);
        let mut last = last.and_then(|last| before.canonical.entry(last));
        let mut entries = Vec::with_capacity(self.canonical.len());
        for saved in self.canonical {
            let entry = match saved {
                SavedEntry::Block(position) => {
                    let block = find(position)?;
                    chain.index(&block);
                    BranchEntry::Block(block)
                }
                SavedEntry::Reserved { rules, len } => {
                    let parent = last.as_ref().and_then(BranchEntry::block);
                    let parent = parent.ok_or(SavedChainError::Branch)?;
                    let rules = ReservedBlocks {
                        count: rules.count.clamp(1, MAX_RESERVED),
                        ..rules
                    };
                    BranchEntry::Reserved {
                        reservation: Arc::new(Reservation::new(Arc::clone(parent), rules)),
                        len: len.min(rules.count),
                    }
                }
            };
            last = Some(entry.clone());
            entries.push(entry);
        }
        for position in self.beside {
            let block = find(position)?;
            chain.blocks.insert_mut(block.hash, block);
        }
        let canonical: Option<Branch> = before.canonical.with_entries(shared, entries);
        chain.canonical = canonical.ok_or(SavedChainError::Branch)?;
        chain.base_fee = self.base_fee;
        chain.first_state = self.first_state;
        chain.chain_ids = Arc::new(self.chain_ids);
        Ok(chain)
    }
}

/// Returns the receipts of the transactions of `block`, which was saved at `position`, in order.
fn receipts(
    position: usize,
    block: &AlloyBlock,
    saved: Vec<SavedReceipt>,
) -> Result<Vec<Receipt>, SavedChainError> {
    let mut cumulative_gas_used: u64 = 0;
    let transactions = block.body.transactions.iter().enumerate();
    let receipts = transactions
        .zip(saved)
        .map(|((index, transaction), saved)| {
            cumulative_gas_used = cumulative_gas_used.saturating_add(saved.gas_used);
            let logs = saved.logs.into_iter().map(|log| log.restore(position));
            let logs: Vec<_> = logs.collect::<Result<_, _>>()?;
            Ok(Receipt {
                index,
                transaction_hash: Some(*transaction.tx_hash()),
                transaction_type: transaction.tx_type() as u8,
                from: saved.from,
                to: transaction.to(),
                contract_address: saved.contract_address,
                success: saved.success,
                gas_used: saved.gas_used,
                cumulative_gas_used,
                effective_gas_price: saved.effective_gas_price,
                blob_gas_used: transaction.blob_gas_used().unwrap_or_default(),
                logs_bloom: logs.iter().collect(),
                logs,
            })
        });
    receipts.collect()
}

impl SavedLog {
    fn restore(self, position: usize) -> Result<Log, SavedChainError> {
        let topics = self.topics.len();
        Log::new(self.address, self.topics, self.data)
            .ok_or(SavedChainError::Topics { position, topics })
    }
}
