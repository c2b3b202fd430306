//! Chain in memory: blocks with their receipts and the state after each.
//!
//! [`Chain::import`] decodes a block from RLP, checks every rule of its fork but the seal of proof of work, executes it
//! and stores it. A block that fails leaves no trace: its state is built beside the others and stored last. States
//! share their common parts, so the state after every block remains available.

mod body;
mod branch;
mod build;
mod error;
mod genesis;
mod header;
mod import;
mod range;
mod reservation;
mod rewind;
mod saved;
mod view;
mod violation;

pub use error::{GenesisError, ImportError};
pub(crate) use reservation::{MAX_RESERVED, ReservedBlocks};
pub use saved::SavedChainError;
pub(crate) use saved::{ChainWriter, SavedBlocks, SavedChain};
pub use view::ChainView;
pub use violation::{OmmerViolation, Violation};

use alloy_consensus::{EthereumTxEnvelope, TxEip4844};
use alloy_genesis::ChainConfig;
use alloy_primitives::B256;
use branch::Branch;
use parevm::{
    block::ForkSchedule,
    build::{BuiltBlock, ExecutedBlock, next_base_fee},
    state::TrieState,
    vm::SpecId,
};
use reservation::Reservation;
use rpds::HashTrieMapSync;
use std::{ops::RangeInclusive, sync::Arc};

/// Returns the transaction under its known hash. anvil's hash of a transaction of an impersonated account is not the hash
/// of its bytes.
pub(crate) fn with_hash(
    transaction: EthereumTxEnvelope<TxEip4844>,
    hash: B256,
) -> EthereumTxEnvelope<TxEip4844> {
    if *transaction.tx_hash() == hash {
        return transaction;
    }
    let signature = *transaction.signature();
    let typed = transaction.into_typed_transaction();
    EthereumTxEnvelope::new_unchecked(typed, signature, hash)
}

/// Position of a transaction in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionPosition {
    /// Hash of the block.
    pub block: B256,
    /// Position in the block, from zero.
    pub index: usize,
}

/// Chain in memory.
///
/// Its head is the block with the greatest total difficulty, among those the highest, among those the first that was
/// stored. Blocks on other branches are stored, too. A copy is cheap and shares blocks and states.
#[derive(Clone, Debug)]
pub struct Chain {
    /// First heights and chain ids; never empty.
    chain_ids: Arc<Vec<(u64, u64)>>,
    schedule: ForkSchedule,
    /// Rules of the genesis file, if the chain has one.
    config: Option<Arc<ChainConfig>>,
    blocks: HashTrieMapSync<B256, Arc<ExecutedBlock>>,
    /// Branch of the head from the genesis block on.
    canonical: Branch,
    /// Positions of the transactions on the head's branch by hash.
    transactions: HashTrieMapSync<B256, TransactionPosition>,
    /// Base fee of the block above the head in wei, if it is set.
    base_fee: Option<u64>,
    /// Height of the first block with a known state.
    first_state: u64,
}

impl Chain {
    /// Creates the chain of a genesis block.
    fn of_genesis(chain_id: u64, schedule: ForkSchedule, genesis: ExecutedBlock) -> Self {
        let first = genesis.number();
        let genesis = Arc::new(genesis);
        Self {
            chain_ids: Arc::new(vec![(first, chain_id)]),
            schedule,
            config: None,
            blocks: HashTrieMapSync::new_sync().insert(genesis.hash, Arc::clone(&genesis)),
            canonical: Branch::new(genesis),
            transactions: HashTrieMapSync::new_sync(),
            base_fee: None,
            first_state: first,
        }
    }

    /// Returns the EIP-155 chain id of the next block.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.chain_id_at(u64::MAX)
    }

    /// Returns the EIP-155 chain id of the blocks at height `number`.
    #[must_use]
    pub fn chain_id_at(&self, number: u64) -> u64 {
        let reached = self.chain_ids.iter().rfind(|(from, _)| *from <= number);
        reached
            .or(self.chain_ids.first())
            .map_or(0, |(_, chain_id)| *chain_id)
    }

    /// Sets the chain id of later blocks. Existing blocks keep theirs.
    pub(crate) fn set_chain_id(&mut self, chain_id: u64) {
        let next = self.head().number().saturating_add(1);
        let chain_ids = Arc::make_mut(&mut self.chain_ids);
        chain_ids.retain(|(from, _)| *from < next);
        chain_ids.push((next, chain_id));
    }

    /// Returns the height of the first block with a known state.
    pub(crate) const fn first_state(&self) -> u64 {
        self.first_state
    }

    /// Returns true if the state after `block` is known. Blocks of a dump are loaded without it.
    #[must_use]
    pub fn has_state(&self, block: &ExecutedBlock) -> bool {
        block.number() >= self.first_state
    }

    /// Returns the schedule of forks.
    #[must_use]
    pub const fn schedule(&self) -> &ForkSchedule {
        &self.schedule
    }

    /// Returns the rules of the genesis file; `None` for a chain without one.
    #[must_use]
    pub fn config(&self) -> Option<&ChainConfig> {
        self.config.as_deref()
    }

    /// Returns the newest block of the chain.
    #[must_use]
    pub const fn head(&self) -> &Arc<ExecutedBlock> {
        self.canonical.head()
    }

    /// Returns the genesis block.
    #[must_use]
    pub fn genesis(&self) -> &Arc<ExecutedBlock> {
        self.canonical.genesis()
    }

    /// Returns the block with this hash, on any branch.
    #[must_use]
    pub fn block(&self, hash: B256) -> Option<&Arc<ExecutedBlock>> {
        let reserved = || self.canonical.reserved(&self.schedule, hash);
        self.blocks.get(&hash).or_else(reserved)
    }

    /// Returns the block at this height on the head's branch.
    #[must_use]
    pub fn block_at(&self, number: u64) -> Option<&Arc<ExecutedBlock>> {
        self.canonical.get(&self.schedule, number)
    }

    /// Returns the blocks of the head's branch with heights in `range`, oldest first, without reserved blocks, which are
    /// empty.
    pub(crate) fn executed(
        &self,
        range: RangeInclusive<u64>,
    ) -> impl Iterator<Item = &Arc<ExecutedBlock>> {
        self.canonical.executed(range)
    }

    /// Returns the base fee of the block above the head in wei: as set, or by EIP-1559; `None` before London.
    #[must_use]
    pub fn next_base_fee(&self) -> Option<u64> {
        let head = &self.head().block.header;
        let number = head.number.saturating_add(1);
        let spec = self.schedule.spec(number, head.timestamp);
        let fee = || self.base_fee.unwrap_or_else(|| next_base_fee(head));
        spec.is_enabled_in(SpecId::LONDON).then(fee)
    }

    /// Returns the base fee that was set for the block above the head, in wei.
    pub(crate) const fn chosen_base_fee(&self) -> Option<u64> {
        self.base_fee
    }

    /// Sets the base fee of the block above the head in wei. A new head clears it.
    pub(crate) const fn choose_base_fee(&mut self, base_fee: Option<u64>) {
        self.base_fee = base_fee;
    }

    /// Returns true if the block is on the head's branch.
    #[must_use]
    pub fn is_canonical(&self, block: &ExecutedBlock) -> bool {
        self.block_at(block.number())
            .is_some_and(|found| found.hash == block.hash)
    }

    /// Returns the position of the transaction with this hash on the head's branch.
    #[must_use]
    pub fn transaction(&self, hash: B256) -> Option<TransactionPosition> {
        self.transactions.get(&hash).copied()
    }

    /// Returns the block with hash `from` and its ancestors, newest first; none where it is unknown.
    pub fn ancestors(&self, from: B256) -> impl Iterator<Item = &Arc<ExecutedBlock>> {
        std::iter::successors(self.block(from), |block| {
            self.block(block.block.header.parent_hash)
        })
    }

    /// Returns the state after `block` as executors read it.
    #[must_use]
    pub const fn state_after<'a>(&'a self, block: &'a ExecutedBlock) -> ChainView<'a> {
        ChainView::new(self, block)
    }

    /// Stores a block of [`Chain::build`].
    pub fn push(&mut self, built: BuiltBlock) -> Arc<ExecutedBlock> {
        self.store(built.block)
    }

    /// Stores `block`, and makes it the head if it is heavier or higher.
    fn store(&mut self, block: ExecutedBlock) -> Arc<ExecutedBlock> {
        let block = Arc::new(block);
        self.blocks.insert_mut(block.hash, Arc::clone(&block));
        let weight = |block: &ExecutedBlock| (block.total_difficulty, block.number());
        if weight(&block) > weight(self.head()) {
            self.make_head(&block);
        }
        block
    }

    /// Reserves empty blocks on top of the head, which are built on first access. They run no system calls (EIPs 2935
    /// and 4788), so the state after them equals the state after the head. Requires [`Self::can_reserve`].
    pub(crate) fn reserve(&mut self, rules: ReservedBlocks) {
        let reservation = Arc::new(Reservation::new(Arc::clone(self.head()), rules));
        let last = rules.count.saturating_sub(1);
        if let Some(head) = reservation.get(&self.schedule, last).map(Arc::clone) {
            self.canonical.push_reserved(reservation, head);
            self.base_fee = None;
        }
    }

    /// Returns true if blocks above the head can be reserved: they are of the merge or later.
    pub(crate) fn can_reserve(&self) -> bool {
        let head = &self.head().block.header;
        let spec = (self.schedule).spec(head.number.saturating_add(1), head.timestamp);
        spec.is_enabled_in(SpecId::MERGE)
    }

    /// Replaces the state after the head. The header keeps the root of the previous state.
    pub(crate) fn replace_state(&mut self, state: TrieState) {
        let head = Arc::new(ExecutedBlock {
            state,
            ..ExecutedBlock::clone(self.head())
        });
        self.blocks.insert_mut(head.hash, Arc::clone(&head));
        self.canonical.replace_head(head);
    }

    /// Makes `head` the head, and replaces the branch above the common ancestor.
    fn make_head(&mut self, head: &Arc<ExecutedBlock>) {
        let branch: Vec<_> = self
            .ancestors(head.hash)
            .take_while(|block| !self.is_canonical(block))
            .map(Arc::clone)
            .collect();
        let Some(lowest) = branch.last() else {
            return;
        };
        let kept = lowest.number().saturating_sub(1);
        for dropped in self.canonical.executed(lowest.number()..=u64::MAX) {
            for transaction in &dropped.block.body.transactions {
                self.transactions.remove_mut(transaction.tx_hash());
            }
        }
        if !self.canonical.truncate(&self.schedule, kept) {
            return;
        }
        self.base_fee = None;
        for block in branch.into_iter().rev() {
            self.append(block);
        }
    }
}
