//! One location: its value before the block, its final value so far, and the
//! patches of transactions that are not final yet.

use crate::{TxIndex, Value};
use std::collections::VecDeque;

pub(crate) struct Cell<V: Value> {
    /// Value before the block. Present before the first patch or read.
    base: Option<V>,
    /// Value after the last final writer; `None` while no final transaction
    /// has written.
    settled: Option<V>,
    /// The last final writer; `None` if that was no transaction.
    writer: Option<TxIndex>,
    /// Patches above the frontier, lowest writer first, one for each writer.
    pending: VecDeque<Pending<V::Patch>>,
    /// Readers that had to run again.
    misses: u8,
}

/// Patches that commute and are shown together, at most.
const SHOWN: usize = if cfg!(parevm_loom) { 1 } else { 8 };
/// After so many readers that had to run again all patches are shown: these
/// readers rely on the very sum.
const MISSES: u8 = if cfg!(parevm_loom) { 1 } else { 16 };

struct Pending<P> {
    writer: TxIndex,
    mark: Mark<P>,
}

enum Mark<P> {
    /// Written by a first run: the best guess there is.
    Guess(P),
    /// The writer is running, and is expected to write here: it wrote here
    /// before, or others of its kind did.
    Estimate,
}

/// What an optimistic reader finds.
pub(crate) enum Found<V> {
    Value(V),
    /// The value is being computed by this lower transaction.
    Estimate(TxIndex),
    /// The value before the block was never loaded.
    Unloaded,
}

impl<V: Value> Default for Cell<V> {
    fn default() -> Self {
        Self {
            base: None,
            settled: None,
            writer: None,
            pending: VecDeque::new(),
            misses: 0,
        }
    }
}

impl<V: Value> Cell<V> {
    /// What `reader` sees: the patches below it, on top of the final value.
    pub(crate) fn find(&self, reader: TxIndex) -> Found<V> {
        // Most readers are above all writers, and writers come in order.
        let below = match self.pending.back() {
            Some(last) if last.writer < reader => self.pending.len(),
            _ => self.pending.partition_point(|entry| entry.writer < reader),
        };
        // Nothing below a patch that overwrites can be seen.
        let first = (0..below).rev().find(
            |at| matches!(&self.pending[*at].mark, Mark::Guess(patch) if V::overwrites(patch)),
        );
        let visible = self.pending.range(first.unwrap_or(0)..below);
        if let Some(entry) = visible
            .clone()
            .rev()
            .find(|entry| matches!(entry.mark, Mark::Estimate))
        {
            return Found::Estimate(entry.writer);
        }
        let Some(mut value) = self.final_value().cloned() else {
            return Found::Unloaded;
        };
        for entry in visible {
            if let Mark::Guess(patch) = &entry.mark {
                value.apply(patch);
            }
        }
        Found::Value(value)
    }

    /// The value after the last final writer, or before the block.
    pub(crate) fn final_value(&self) -> Option<&V> {
        self.settled.as_ref().or(self.base.as_ref())
    }

    /// The last final writer, if it was a transaction.
    pub(crate) fn final_writer(&self) -> Option<TxIndex> {
        self.writer
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.base.is_some()
    }

    /// Keeps the value before the block. The first one stays.
    pub(crate) fn load(&mut self, base: V) {
        self.base.get_or_insert(base);
    }

    /// Leaves the patch of a run of `writer` that is not final, or hands it back
    /// where readers do without.
    pub(crate) fn put(&mut self, writer: TxIndex, patch: V::Patch) -> Result<(), V::Patch> {
        // Who comes above the lowest one sees that there is something.
        let is_lowest = self
            .pending
            .front()
            .is_none_or(|first| writer < first.writer);
        let is_shown = is_lowest || self.pending.len() < SHOWN || self.misses >= MISSES;
        if !is_shown && V::commutes(&patch) {
            return Err(patch);
        }
        self.mark(writer, Mark::Guess(patch));
        Ok(())
    }

    /// Notes that a reader did not see what it should have.
    pub(crate) fn miss(&mut self) {
        self.misses = self.misses.saturating_add(1);
    }

    /// Has readers wait for `writer`, which runs and is expected to write here.
    pub(crate) fn expect(&mut self, writer: TxIndex) {
        self.mark(writer, Mark::Estimate);
    }

    fn mark(&mut self, writer: TxIndex, mark: Mark<V::Patch>) {
        let entry = Pending { writer, mark };
        let at = self.pending.partition_point(|entry| entry.writer < writer);
        match self.pending.get_mut(at) {
            Some(old) if old.writer == writer => *old = entry,
            _ => {
                if self.pending.is_empty() {
                    // Most locations have one writer.
                    self.pending.reserve_exact(1);
                }
                self.pending.insert(at, entry);
            }
        }
    }

    /// Takes back what `writer` left, patch or expectation.
    pub(crate) fn withdraw(&mut self, writer: TxIndex) {
        let _ = self.take(writer);
    }

    /// Makes the patch of `writer` part of the final value. All lower writers
    /// are final.
    pub(crate) fn settle(&mut self, writer: TxIndex) {
        if let Some(Mark::Guess(patch)) = self.take(writer) {
            self.apply(&patch, Some(writer));
        }
    }

    /// Applies a patch to the final value.
    pub(crate) fn apply(&mut self, patch: &V::Patch, writer: Option<TxIndex>) {
        self.writer = writer;
        if self.settled.is_none() {
            self.settled.clone_from(&self.base);
        }
        if let Some(value) = &mut self.settled {
            value.apply(patch);
        }
    }

    /// Value before the block and final value, if a final transaction wrote.
    pub(crate) fn change(&self) -> Option<(&V, &V)> {
        self.base.as_ref().zip(self.settled.as_ref())
    }

    /// Takes away what `writer` left. The last one takes the room with it: most
    /// locations are not written again.
    fn take(&mut self, writer: TxIndex) -> Option<Mark<V::Patch>> {
        let place = self
            .pending
            .binary_search_by_key(&writer, |entry| entry.writer);
        let entry = self.pending.remove(place.ok()?)?;
        if self.pending.is_empty() {
            self.pending = VecDeque::new();
        }
        Some(entry.mark)
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Sum(u64);

    impl Value for Sum {
        type Patch = u64;
        type Check = ();

        fn apply(&mut self, patch: &u64) {
            self.0 += patch;
        }
        fn overwrites(_: &u64) -> bool {
            false
        }
        fn commutes(patch: &u64) -> bool {
            *patch == 1
        }
        fn admits(&self, (): &()) -> bool {
            true
        }
    }

    #[test]
    fn some_patches_that_commute_are_shown_and_all_when_readers_needed_them() {
        let mut cell = Cell::default();
        cell.load(Sum(0));
        let mut put = |writer, patch| cell.put(TxIndex::new(writer), patch).is_ok();
        let shown = (1..20).filter(|writer| put(*writer, 1)).count();
        assert_eq!(shown, SHOWN);
        assert!(put(20, 2), "a patch that does not commute is shown");
        assert!(!put(21, 1));
        assert!(put(0, 1), "the lowest patch is shown");
        for _ in 0..MISSES {
            cell.miss();
        }
        assert!(cell.put(TxIndex::new(22), 1).is_ok());
        let seen = match cell.find(TxIndex::new(30)) {
            Found::Value(Sum(seen)) => seen,
            Found::Estimate(_) | Found::Unloaded => 0,
        };
        assert_eq!(seen, SHOWN as u64 + 4);
    }
}
