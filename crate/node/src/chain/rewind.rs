//! Rollback of a chain, and replacement by blocks of another node.

use super::{Chain, TransactionPosition, branch::Branch};
use parevm::state::{AccountChange, StateDiff};
use parevm::{build::ExecutedBlock, state::TrieState};
use rpds::HashTrieMapSync;
use std::sync::Arc;

impl Chain {
    /// Removes the newest `count` blocks and returns them, oldest first, without reserved blocks. The genesis block and
    /// the first block with a known state are never removed.
    pub(crate) fn roll_back(&mut self, count: u64) -> Vec<Arc<ExecutedBlock>> {
        let head = self.head().number().saturating_sub(count.min(self.depth()));
        let removed: Vec<_> = self
            .executed(head.saturating_add(1)..=u64::MAX)
            .map(Arc::clone)
            .collect();
        self.canonical.truncate(&self.schedule, head);
        for block in &removed {
            self.blocks.remove_mut(&block.hash);
            for transaction in &block.block.body.transactions {
                self.transactions.remove_mut(transaction.tx_hash());
            }
        }
        // The chain id is a setting of the node, not of a block.
        let chain_id = self.chain_id();
        self.set_chain_id(chain_id);
        removed
    }

    /// Returns the number of blocks that [`Self::roll_back`] can remove.
    pub(crate) fn depth(&self) -> u64 {
        self.head()
            .number()
            .saturating_sub(self.genesis().number().max(self.first_state))
    }

    /// Replaces all blocks by `blocks`, each the parent of the next. Only the state after the last one is known. Without
    /// blocks nothing changes.
    pub(crate) fn replace(&mut self, blocks: Vec<ExecutedBlock>) {
        let mut blocks = blocks.into_iter().map(Arc::new);
        let Some(first) = blocks.next() else { return };
        let chain_id = self.chain_id();
        self.chain_ids = Arc::new(vec![(first.number(), chain_id)]);
        self.blocks = HashTrieMapSync::new_sync();
        self.canonical = Branch::new(Arc::clone(&first));
        self.transactions = HashTrieMapSync::new_sync();
        self.base_fee = None;
        self.index(&first);
        for block in blocks {
            self.append(block);
        }
        self.first_state = self.head().number();
    }

    /// Puts `block` on top of the branch of the head.
    pub(super) fn append(&mut self, block: Arc<ExecutedBlock>) {
        self.index(&block);
        self.canonical.push(block);
    }

    /// Indexes `block`, which is on the branch of the head, and its transactions by hash.
    pub(super) fn index(&mut self, block: &Arc<ExecutedBlock>) {
        for (index, transaction) in block.block.body.transactions.iter().enumerate() {
            let position = TransactionPosition {
                block: block.hash,
                index,
            };
            self.transactions
                .insert_mut(*transaction.tx_hash(), position);
        }
        self.blocks.insert_mut(block.hash, Arc::clone(block));
    }

    /// Returns the state after the first block, and the state after the head as changes of it, for the blocks of
    /// [`Self::replace`].
    pub(crate) fn states_to_replace(&self) -> (TrieState, TrieState) {
        let first = self.genesis().state.clone();
        let head = &self.head().state;
        let mut diff = StateDiff::default();
        for (address, _) in first.accounts() {
            diff.accounts.insert(address, AccountChange::default());
        }
        for (address, account) in head.accounts() {
            let change = AccountChange {
                account: Some(account),
                storage_reset: true,
                slots: head.slots(address).collect(),
            };
            diff.accounts.insert(address, change);
            if let Ok(code) = head.code(account.code_hash) {
                diff.codes.insert(account.code_hash, code);
            }
        }
        let mut last = first.clone();
        last.apply(&diff);
        (first, last)
    }
}
