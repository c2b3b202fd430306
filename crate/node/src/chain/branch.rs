//! Branch of the head by height: executed blocks, and reserved ones between them.

use super::Reservation;
use alloy_primitives::B256;
use parevm::block::ForkSchedule;
use parevm::build::ExecutedBlock;
use rpds::VectorSync;
use std::{ops::RangeInclusive, sync::Arc};

/// Branch of the head from the genesis block on. A copy is cheap and shares entries.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// Everything below the head, oldest first.
    below: VectorSync<BranchEntry>,
    head: Arc<ExecutedBlock>,
}

/// Part of a branch.
#[derive(Clone, Debug)]
pub(super) enum BranchEntry {
    /// One block.
    Block(Arc<ExecutedBlock>),
    /// The first `len` blocks of a reservation.
    Reserved {
        reservation: Arc<Reservation>,
        len: u64,
    },
}

impl BranchEntry {
    /// Lowest height of the entry.
    fn first(&self) -> u64 {
        match self {
            Self::Block(block) => block.number(),
            Self::Reserved { reservation, .. } => reservation.first(),
        }
    }

    /// Returns the block of a block entry.
    pub(super) const fn block(&self) -> Option<&Arc<ExecutedBlock>> {
        match self {
            Self::Block(block) => Some(block),
            Self::Reserved { .. } => None,
        }
    }

    /// Returns true if `other` is the same entry, not an equal one.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Block(one), Self::Block(other)) => Arc::ptr_eq(one, other),
            (
                Self::Reserved { reservation, len },
                Self::Reserved {
                    reservation: other,
                    len: other_len,
                },
            ) => Arc::ptr_eq(reservation, other) && len == other_len,
            _ => false,
        }
    }
}

impl Branch {
    /// Returns the branch of one block.
    pub(super) fn new(genesis: Arc<ExecutedBlock>) -> Self {
        Self {
            below: VectorSync::new_sync(),
            head: genesis,
        }
    }

    pub(super) const fn head(&self) -> &Arc<ExecutedBlock> {
        &self.head
    }

    pub(super) fn genesis(&self) -> &Arc<ExecutedBlock> {
        match self.below.first() {
            Some(BranchEntry::Block(genesis)) => genesis,
            // Reservations follow a block.
            Some(BranchEntry::Reserved { .. }) | None => &self.head,
        }
    }

    /// Returns the block at height `number`. A reserved block is built on first access.
    pub(super) fn get(&self, schedule: &ForkSchedule, number: u64) -> Option<&Arc<ExecutedBlock>> {
        if number == self.head.number() {
            return Some(&self.head);
        }
        match self.below.get(self.position(number)?)? {
            BranchEntry::Block(block) => (block.number() == number).then_some(block),
            BranchEntry::Reserved { reservation, len } => {
                let index = number.checked_sub(reservation.first())?;
                (index < *len).then(|| reservation.get(schedule, index))?
            }
        }
    }

    /// Returns the reserved block with this hash. Known are the hashes of the newest blocks of a reservation, and those
    /// near a block that was requested.
    pub(super) fn reserved(
        &self,
        schedule: &ForkSchedule,
        hash: B256,
    ) -> Option<&Arc<ExecutedBlock>> {
        if self.head.hash == hash {
            return Some(&self.head);
        }
        self.below.iter().find_map(|entry| match entry {
            BranchEntry::Block(_) => None,
            BranchEntry::Reserved { reservation, len } => {
                let index = reservation.find(schedule, hash)?;
                (index < *len).then(|| reservation.get(schedule, index))?
            }
        })
    }

    /// Returns the highest executed block at height `number` or below.
    pub(super) fn executed_until(&self, number: u64) -> Option<&Arc<ExecutedBlock>> {
        if number >= self.head.number() {
            return Some(&self.head);
        }
        let mut position = self.position(number)?;
        loop {
            if let BranchEntry::Block(block) = self.below.get(position)? {
                return Some(block);
            }
            position = position.checked_sub(1)?;
        }
    }

    /// Returns the blocks with heights in `range` that are not reserved, oldest first.
    pub(super) fn executed(
        &self,
        range: RangeInclusive<u64>,
    ) -> impl Iterator<Item = &Arc<ExecutedBlock>> {
        let from = self.position(*range.start()).unwrap_or_default();
        let entries = (from..self.below.len()).filter_map(|position| self.below.get(position));
        let blocks = entries.filter_map(|entry| match entry {
            BranchEntry::Block(block) => Some(block),
            BranchEntry::Reserved { .. } => None,
        });
        let end = *range.end();
        blocks
            .chain([&self.head])
            .take_while(move |block| block.number() <= end)
            .filter(move |block| range.contains(&block.number()))
    }

    /// Returns all entries, oldest first; the last one is the head.
    pub(super) fn entries(&self) -> impl Iterator<Item = BranchEntry> {
        let head = BranchEntry::Block(Arc::clone(&self.head));
        self.below.iter().cloned().chain([head])
    }

    /// Returns the number of entries, the head included.
    pub(super) fn len(&self) -> usize {
        self.below.len() + 1
    }

    /// Returns the entry at `position`, from zero.
    pub(super) fn entry(&self, position: usize) -> Option<BranchEntry> {
        let head = || BranchEntry::Block(Arc::clone(&self.head));
        let below = self.below.get(position).cloned();
        below.or_else(|| (position == self.below.len()).then(head))
    }

    /// Returns the entries from `position` on, oldest first.
    pub(super) fn entries_from(&self, position: usize) -> impl Iterator<Item = BranchEntry> {
        (position..self.len()).filter_map(|position| self.entry(position))
    }

    /// Returns the first `shared` entries of this branch with `more` on top; `None` where the first or the last entry
    /// is not a block. Shared entries take no memory.
    pub(super) fn with_entries(&self, shared: usize, more: Vec<BranchEntry>) -> Option<Self> {
        let mut below = self.below.clone();
        if shared > below.len() {
            below.push_back_mut(BranchEntry::Block(Arc::clone(&self.head)));
        }
        while below.len() > shared {
            below.drop_last_mut();
        }
        for entry in more {
            below.push_back_mut(entry);
        }
        let head = below.last().and_then(BranchEntry::block).map(Arc::clone)?;
        below.drop_last_mut();
        let starts_with_block = below.first().is_none_or(|first| first.block().is_some());
        starts_with_block.then_some(Self { below, head })
    }

    /// Returns the number of blocks that are not reserved.
    pub(super) fn executed_len(&self) -> usize {
        self.entries()
            .filter(|entry| entry.block().is_some())
            .count()
    }

    /// Puts `block` on top.
    pub(super) fn push(&mut self, block: Arc<ExecutedBlock>) {
        let below = std::mem::replace(&mut self.head, block);
        // A reserved block that was the head rejoins its reservation.
        if let Some(BranchEntry::Reserved { reservation, len }) = self.below.last()
            && reservation
                .built(*len)
                .is_some_and(|built| Arc::ptr_eq(built, &below))
        {
            let (reservation, len) = (Arc::clone(reservation), len + 1);
            self.set_last(BranchEntry::Reserved { reservation, len });
        } else {
            self.below.push_back_mut(BranchEntry::Block(below));
        }
    }

    /// Puts the blocks of `reservation`, whose parent is the head, on top. Its last block is `head`.
    pub(super) fn push_reserved(
        &mut self,
        reservation: Arc<Reservation>,
        head: Arc<ExecutedBlock>,
    ) {
        self.push(head);
        let len = reservation.rules().count.saturating_sub(1);
        self.below
            .push_back_mut(BranchEntry::Reserved { reservation, len });
    }

    /// Replaces the head by `head`.
    pub(super) fn replace_head(&mut self, head: Arc<ExecutedBlock>) {
        self.head = head;
    }

    /// Makes the block at height `number` the head; false where there is none.
    pub(super) fn truncate(&mut self, schedule: &ForkSchedule, number: u64) -> bool {
        let Some(head) = self.get(schedule, number).map(Arc::clone) else {
            return false;
        };
        while self.below.last().is_some_and(|last| match last {
            BranchEntry::Block(block) => block.number() >= number,
            BranchEntry::Reserved { reservation, .. } => reservation.first() > number,
        }) {
            self.below.drop_last_mut();
        }
        if let Some(BranchEntry::Reserved { reservation, .. }) = self.below.last() {
            let reservation = Arc::clone(reservation);
            let len = number.saturating_sub(reservation.first());
            self.set_last(BranchEntry::Reserved { reservation, len });
        }
        self.head = head;
        true
    }

    fn set_last(&mut self, entry: BranchEntry) {
        let last = self.below.len().saturating_sub(1);
        self.below.set_mut(last, entry);
    }

    /// Returns the position of the entry with the greatest first height that is at most `number`.
    fn position(&self, number: u64) -> Option<usize> {
        let (mut low, mut high) = (0, self.below.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.below.get(middle) {
                Some(entry) if entry.first() <= number => low = middle + 1,
                _ => high = middle,
            }
        }
        low.checked_sub(1)
    }
}
