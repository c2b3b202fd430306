//! A chain that lies in memory: blocks with their receipts and the state after each.
//!
//! [`Chain::import`] takes a block as RLP, checks every rule of its fork but the seal of proof of work,
//! executes it and keeps it. Nothing is kept of a block that fails, whatever fails: the new state is made
//! beside the old one and put in place last. States share what they have in common, so the state after
//! every block stays at hand.

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
pub(crate) use reservation::{MOST_RESERVED, ReservedBlocks};
pub use saved::NoBlock;
pub(crate) use saved::{SavedBlocks, SavedChain, Saver};
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

/// The transaction under the hash by which it is known. anvil's hash of what an impersonated account sends is not
/// that of its bytes.
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

/// Where a transaction lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionPosition {
    /// Hash of the block.
    pub block: B256,
    /// Position in the block, from zero.
    pub index: usize,
}

/// A chain that lies in memory.
///
/// Its head is the block with the greatest total difficulty, among those the highest, among those the
/// first that came. Blocks beside the branch of the head are kept, too. A copy is cheap and shares what both
/// have.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Chain ids, each with the height from which on it holds; never empty.
    chain_ids: Arc<Vec<(u64, u64)>>,
    schedule: ForkSchedule,
    /// What the genesis file says of the rules, where the chain began with one.
    config: Option<Arc<ChainConfig>>,
    blocks: HashTrieMapSync<B256, Arc<ExecutedBlock>>,
    /// The branch of the head from the genesis block on.
    canonical: Branch,
    /// Transactions of the head's branch by hash.
    transactions: HashTrieMapSync<B256, TransactionPosition>,
    /// Base fee of the block above the head in wei, where it is set.
    base_fee: Option<u64>,
    /// Height of the first block whose state is known.
    first_state: u64,
}

impl Chain {
    /// A chain of its genesis block alone.
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

    /// EIP-155 chain id of the next block.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.chain_id_at(u64::MAX)
    }

    /// EIP-155 chain id of the blocks at height `number`.
    #[must_use]
    pub fn chain_id_at(&self, number: u64) -> u64 {
        let reached = self.chain_ids.iter().rfind(|(from, _)| *from <= number);
        reached
            .or(self.chain_ids.first())
            .map_or(0, |(_, chain_id)| *chain_id)
    }

    /// Sets the chain id of the blocks to come. Those that are there keep theirs.
    pub(crate) fn set_chain_id(&mut self, chain_id: u64) {
        let next = self.head().number().saturating_add(1);
        let chain_ids = Arc::make_mut(&mut self.chain_ids);
        chain_ids.retain(|(from, _)| *from < next);
        chain_ids.push((next, chain_id));
    }

    /// Height of the first block whose state is known.
    pub(crate) const fn first_state(&self) -> u64 {
        self.first_state
    }

    /// True when the state after `block` is known. It is not for blocks that were loaded without it.
    #[must_use]
    pub fn has_state(&self, block: &ExecutedBlock) -> bool {
        block.number() >= self.first_state
    }

    /// Which rules hold at which block.
    #[must_use]
    pub const fn schedule(&self) -> &ForkSchedule {
        &self.schedule
    }

    /// What the genesis file says of the rules; `None` where the chain began without one.
    #[must_use]
    pub fn config(&self) -> Option<&ChainConfig> {
        self.config.as_deref()
    }

    /// The newest block of the chain.
    #[must_use]
    pub const fn head(&self) -> &Arc<ExecutedBlock> {
        self.canonical.head()
    }

    /// The genesis block.
    #[must_use]
    pub fn genesis(&self) -> &Arc<ExecutedBlock> {
        self.canonical.genesis()
    }

    /// The block with this hash, on the head's branch or not.
    #[must_use]
    pub fn block(&self, hash: B256) -> Option<&Arc<ExecutedBlock>> {
        let reserved = || self.canonical.reserved(&self.schedule, hash);
        self.blocks.get(&hash).or_else(reserved)
    }

    /// The block at this height, on the head's branch.
    #[must_use]
    pub fn block_at(&self, number: u64) -> Option<&Arc<ExecutedBlock>> {
        self.canonical.get(&self.schedule, number)
    }

    /// Blocks of the head's branch with heights in `range`, oldest first, without those that are reserved:
    /// these are empty.
    pub(crate) fn executed(
        &self,
        range: RangeInclusive<u64>,
    ) -> impl Iterator<Item = &Arc<ExecutedBlock>> {
        self.canonical.executed(range)
    }

    /// Wei per gas that the block above the head burns: as set, or as EIP-1559 says; `None` before London.
    #[must_use]
    pub fn next_base_fee(&self) -> Option<u64> {
        let head = &self.head().block.header;
        let number = head.number.saturating_add(1);
        let spec = self.schedule.spec(number, head.timestamp);
        let fee = || self.base_fee.unwrap_or_else(|| next_base_fee(head));
        spec.is_enabled_in(SpecId::LONDON).then(fee)
    }

    /// Base fee that was chosen for the block above the head, in wei.
    pub(crate) const fn chosen_base_fee(&self) -> Option<u64> {
        self.base_fee
    }

    /// Sets the base fee of the block above the head in wei. Once there is a new head nothing is set.
    pub(crate) const fn choose_base_fee(&mut self, base_fee: Option<u64>) {
        self.base_fee = base_fee;
    }

    /// True when the block with this hash is on the head's branch.
    #[must_use]
    pub fn is_canonical(&self, block: &ExecutedBlock) -> bool {
        self.block_at(block.number())
            .is_some_and(|there| there.hash == block.hash)
    }

    /// Where the transaction with this hash lies on the head's branch.
    #[must_use]
    pub fn transaction(&self, hash: B256) -> Option<TransactionPosition> {
        self.transactions.get(&hash).copied()
    }

    /// The block with hash `from` and those before it, newest first; none where it is not known.
    pub fn ancestors(&self, from: B256) -> impl Iterator<Item = &Arc<ExecutedBlock>> {
        std::iter::successors(self.block(from), |block| {
            self.block(block.block.header.parent_hash)
        })
    }

    /// The state after `block`, as executors read it.
    #[must_use]
    pub const fn state_after<'a>(&'a self, block: &'a ExecutedBlock) -> ChainView<'a> {
        ChainView::new(self, block)
    }

    /// Takes a block that [`Chain::build`] made.
    pub fn push(&mut self, built: BuiltBlock) -> Arc<ExecutedBlock> {
        self.keep(built.block)
    }

    /// Keeps `block`, and makes it the head where it is heavier or higher than that.
    fn keep(&mut self, block: ExecutedBlock) -> Arc<ExecutedBlock> {
        let block = Arc::new(block);
        self.blocks.insert_mut(block.hash, Arc::clone(&block));
        let weight = |block: &ExecutedBlock| (block.total_difficulty, block.number());
        if weight(&block) > weight(self.head()) {
            self.make_head(&block);
        }
        block
    }

    /// Reserves empty blocks on top of the head: they are made when somebody asks for them. They run no
    /// system calls (EIPs 2935 and 4788), so that the state after them is that after the head. Only for
    /// chains that [`Self::can_reserve`].
    pub(crate) fn reserve(&mut self, rules: ReservedBlocks) {
        let reservation = Arc::new(Reservation::new(Arc::clone(self.head()), rules));
        let last = rules.count.saturating_sub(1);
        if let Some(head) = reservation.get(&self.schedule, last).map(Arc::clone) {
            self.canonical.push_reserved(reservation, head);
            self.base_fee = None;
        }
    }

    /// True when blocks above the head can be reserved: they are of the merge or later.
    pub(crate) fn can_reserve(&self) -> bool {
        let head = &self.head().block.header;
        let spec = (self.schedule).spec(head.number.saturating_add(1), head.timestamp);
        spec.is_enabled_in(SpecId::MERGE)
    }

    /// Replaces the state after the head, whose header then names the root of another.
    pub(crate) fn replace_state(&mut self, state: TrieState) {
        let head = Arc::new(ExecutedBlock {
            state,
            ..ExecutedBlock::clone(self.head())
        });
        self.blocks.insert_mut(head.hash, Arc::clone(&head));
        self.canonical.replace_head(head);
    }

    /// Replaces the head's branch down to where it meets that of `head`.
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
