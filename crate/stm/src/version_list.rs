//! Versions of one location: the value before the block, the committed value, and the pending
//! writes of transactions above the commit index.
//!
//! Only the data structure. Which version a reader sees is in [`crate::visibility`].

use crate::{TxIndex, Value};
use std::collections::{VecDeque, vec_deque};

pub(crate) struct VersionList<V: Value> {
    /// Value before the block. Present before the first write or read.
    base: Option<V>,
    /// Value after the last committed writer; `None` while no committed transaction has written.
    committed: Option<V>,
    /// Last committed writer; `None` if that was no transaction.
    last_writer: Option<TxIndex>,
    /// Pending versions, lowest writer first, one for each writer.
    pending: VecDeque<PendingVersion<V::Write>>,
}

/// Version that a transaction above the commit index has left.
pub(crate) struct PendingVersion<W> {
    pub(crate) writer: TxIndex,
    pub(crate) entry: Entry<W>,
}

pub(crate) enum Entry<W> {
    /// Write of an optimistic execution.
    Write(W),
    /// `ESTIMATE` of Block-STM: the writer is executing and expected to write here, as it did
    /// before, or as others of its call class did.
    Estimate,
}

impl<V: Value> Default for VersionList<V> {
    fn default() -> Self {
        Self {
            base: None,
            committed: None,
            last_writer: None,
            pending: VecDeque::new(),
        }
    }
}

impl<V: Value> VersionList<V> {
    /// Returns the value after the last committed writer, or before the block; `None` if the
    /// latter was never loaded.
    pub(crate) fn committed_value(&self) -> Option<&V> {
        self.committed.as_ref().or(self.base.as_ref())
    }

    /// Returns the last committed writer, if it was a transaction.
    pub(crate) fn last_writer(&self) -> Option<TxIndex> {
        self.last_writer
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.base.is_some()
    }

    /// Keeps the value before the block. The first one stays.
    pub(crate) fn load(&mut self, base: V) {
        self.base.get_or_insert(base);
    }

    /// Returns the number of pending versions.
    pub(crate) fn pending_count(&self) -> usize {
        self.pending.len()
    }

    /// Returns the lowest writer of a pending version.
    pub(crate) fn lowest_pending_writer(&self) -> Option<TxIndex> {
        self.pending.front().map(|version| version.writer)
    }

    /// Returns the pending versions below `reader`, lowest writer first.
    pub(crate) fn pending_below(
        &self,
        reader: TxIndex,
    ) -> vec_deque::Iter<'_, PendingVersion<V::Write>> {
        // Most readers are above all writers, and writers come in order.
        let end = match self.pending.back() {
            Some(last) if last.writer < reader => self.pending.len(),
            _ => self
                .pending
                .partition_point(|version| version.writer < reader),
        };
        self.pending.range(..end)
    }

    /// Inserts the pending version of `writer`, in the place of an earlier one.
    pub(crate) fn insert(&mut self, writer: TxIndex, entry: Entry<V::Write>) {
        let version = PendingVersion { writer, entry };
        let at = self
            .pending
            .partition_point(|version| version.writer < writer);
        match self.pending.get_mut(at) {
            Some(old) if old.writer == writer => *old = version,
            _ => {
                if self.pending.is_empty() {
                    // Most locations have one writer.
                    self.pending.reserve_exact(1);
                }
                self.pending.insert(at, version);
            }
        }
    }

    /// Removes the pending version of `writer`, if there is one.
    pub(crate) fn remove(&mut self, writer: TxIndex) {
        let _ = self.take(writer);
    }

    /// Applies the pending write of `writer` to the committed value. All lower writers are
    /// committed.
    pub(crate) fn commit(&mut self, writer: TxIndex) {
        if let Some(Entry::Write(write)) = self.take(writer) {
            self.apply(&write, Some(writer));
        }
    }

    /// Applies `write` to the committed value. `writer` is `None` for a write that the write
    /// predictor must not learn from.
    pub(crate) fn apply(&mut self, write: &V::Write, writer: Option<TxIndex>) {
        self.last_writer = writer;
        if self.committed.is_none() {
            self.committed.clone_from(&self.base);
        }
        if let Some(value) = &mut self.committed {
            value.apply(write);
        }
    }

    /// Returns the value before the block and the committed value, if a committed transaction
    /// wrote.
    pub(crate) fn change(&self) -> Option<(&V, &V)> {
        self.base.as_ref().zip(self.committed.as_ref())
    }

    fn take(&mut self, writer: TxIndex) -> Option<Entry<V::Write>> {
        let place = self
            .pending
            .binary_search_by_key(&writer, |version| version.writer);
        let version = self.pending.remove(place.ok()?)?;
        if self.pending.is_empty() {
            // Most locations are not written again: free the allocation.
            self.pending = VecDeque::new();
        }
        Some(version.entry)
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;
    use crate::value::tests::Sum;

    fn tx(index: u32) -> TxIndex {
        TxIndex::new(index)
    }

    #[test]
    fn versions_are_sorted_by_writer_and_each_writer_has_one() {
        let mut versions = VersionList::<Sum>::default();
        for writer in [5, 2, 9, 5] {
            versions.insert(tx(writer), Entry::Write(1));
        }
        let below = |reader| -> Vec<_> {
            let below = versions.pending_below(tx(reader));
            below.map(|version| version.writer.get()).collect()
        };
        assert_eq!(below(9), [2, 5]);
        assert_eq!(below(10), [2, 5, 9]);
        assert_eq!(versions.lowest_pending_writer(), Some(tx(2)));
    }

    #[test]
    fn a_commit_moves_a_write_into_the_committed_value_and_an_estimate_nowhere() {
        let mut versions = VersionList::default();
        versions.load(Sum(10));
        versions.insert(tx(1), Entry::Write(5));
        versions.insert(tx(2), Entry::Estimate);
        versions.commit(tx(1));
        versions.commit(tx(2));
        assert_eq!(versions.committed_value().map(|sum| sum.0), Some(15));
        assert_eq!(versions.last_writer(), Some(tx(1)));
        assert_eq!(versions.pending_count(), 0);
    }
}
