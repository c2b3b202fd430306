//! Visibility policy of the versions of one location: which of them a reader sees, and which
//! pending writes are published to readers at all.

use crate::{
    TxIndex, Value,
    version_list::{Entry, VersionList},
};

/// Maximum of pending versions among which a commutative write is published.
const PUBLISHED: usize = if cfg!(parevm_loom) { 1 } else { 8 };
/// Failed validations after which all writes are published: readers depend on the exact value.
const FAILED_VALIDATIONS: u8 = if cfg!(parevm_loom) { 1 } else { 16 };

/// Policy of one location.
#[derive(Default)]
pub(crate) struct Visibility {
    failed_validations: u8,
}

/// Result of an optimistic read.
pub(crate) enum Visible<V> {
    Value(V),
    /// This lower transaction is computing the value.
    Estimate(TxIndex),
    /// The value before the block was never loaded.
    Unloaded,
}

impl Visibility {
    /// Returns whether `write` of `writer` is published before it is committed. Only a commutative
    /// write may stay unpublished.
    pub(crate) fn publishes<V: Value>(
        &self,
        versions: &VersionList<V>,
        writer: TxIndex,
        write: &V::Write,
    ) -> bool {
        // The lowest pending write is always visible, so higher readers know there is one.
        let is_lowest = versions
            .lowest_pending_writer()
            .is_none_or(|lowest| writer < lowest);
        is_lowest
            || versions.pending_count() < PUBLISHED
            || self.failed_validations >= FAILED_VALIDATIONS
            || !V::commutes(write)
    }

    /// Counts a reader whose validation failed here.
    pub(crate) fn record_failed_validation(&mut self) {
        self.failed_validations = self.failed_validations.saturating_add(1);
    }
}

/// Returns what `reader` sees: the pending writes below it, applied to the committed value.
pub(crate) fn read<V: Value>(versions: &VersionList<V>, reader: TxIndex) -> Visible<V> {
    let mut visible = versions.pending_below(reader);
    let overwrite = visible
        .clone()
        .rposition(|version| matches!(&version.entry, Entry::Write(write) if V::overwrites(write)));
    // Nothing below an overwrite is visible.
    if let Some(hidden @ 1..) = overwrite {
        let _ = visible.nth(hidden - 1);
    }
    let estimate = visible
        .clone()
        .rev()
        .find(|version| matches!(version.entry, Entry::Estimate));
    if let Some(version) = estimate {
        return Visible::Estimate(version.writer);
    }
    let Some(mut value) = versions.committed_value().cloned() else {
        return Visible::Unloaded;
    };
    for version in visible {
        if let Entry::Write(write) = &version.entry {
            value.apply(write);
        }
    }
    Visible::Value(value)
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;
    use crate::value::tests::Sum;

    fn value_at(versions: &VersionList<Sum>, reader: u32) -> Option<u64> {
        match read(versions, TxIndex::new(reader)) {
            Visible::Value(Sum(value)) => Some(value),
            Visible::Estimate(_) | Visible::Unloaded => None,
        }
    }

    #[test]
    fn some_commutative_writes_are_published_and_all_once_readers_needed_them() {
        let (mut versions, mut visibility) = (VersionList::default(), Visibility::default());
        versions.load(Sum(0));
        let mut publish = |visibility: &Visibility, writer, write| {
            let writer = TxIndex::new(writer);
            let is_published = visibility.publishes(&versions, writer, &write);
            if is_published {
                versions.insert(writer, Entry::Write(write));
            }
            is_published
        };
        let published = (1..20).filter(|writer| publish(&visibility, *writer, 1));
        assert_eq!(published.count(), PUBLISHED);
        assert!(publish(&visibility, 20, 2), "2 does not commute");
        assert!(!publish(&visibility, 21, 1));
        assert!(publish(&visibility, 0, 1), "the lowest write is published");
        for _ in 0..FAILED_VALIDATIONS {
            visibility.record_failed_validation();
        }
        assert!(publish(&visibility, 22, 1));
        assert_eq!(value_at(&versions, 30), Some(PUBLISHED as u64 + 4));
    }

    #[test]
    fn a_reader_meets_the_highest_estimate_below_it() {
        let mut versions = VersionList::<Sum>::default();
        assert!(matches!(
            read(&versions, TxIndex::new(9)),
            Visible::Unloaded
        ));
        versions.load(Sum(3));
        for writer in [2, 4, 6] {
            versions.insert(TxIndex::new(writer), Entry::Estimate);
        }
        let writer = |reader| match read(&versions, TxIndex::new(reader)) {
            Visible::Estimate(writer) => Some(writer.get()),
            Visible::Value(_) | Visible::Unloaded => None,
        };
        assert_eq!([writer(2), writer(3), writer(6)], [None, Some(2), Some(4)]);
        assert_eq!(value_at(&versions, 2), Some(3));
    }
}
