//! Clock of the blocks.

use serde::{Deserialize, Serialize};

/// Clock of the blocks: the host's time with an offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BlockClock {
    /// Seconds to add to the host's time.
    pub(super) offset: i64,
    /// Timestamp of the next block, if it is set.
    pub(super) next: Option<u64>,
    /// Seconds between blocks, if they are set.
    pub(super) interval: Option<u64>,
}

impl BlockClock {
    /// Returns the time in seconds for the host's time `now` in milliseconds.
    #[must_use]
    pub(crate) const fn seconds(&self, now: u64) -> u64 {
        (now / 1_000).saturating_add_signed(self.offset)
    }

    /// Returns the timestamp of the child of a block with the timestamp `parent`.
    #[must_use]
    pub(crate) fn timestamp(&self, now: u64, parent: u64) -> u64 {
        let chosen = self
            .next
            .or(self.interval.map(|seconds| parent.saturating_add(seconds)));
        chosen
            .unwrap_or_else(|| self.seconds(now))
            .max(parent.saturating_add(1))
    }

    /// Notes a new block with this timestamp. If the timestamp was set, time continues from there.
    pub(super) fn block_mined(&mut self, now: u64, timestamp: u64) {
        if self.next.take().is_some() {
            self.set(now, timestamp);
        }
    }

    /// Adds seconds to the offset and returns it.
    pub(crate) const fn advance(&mut self, seconds: i64) -> i64 {
        self.offset = self.offset.saturating_add(seconds);
        self.offset
    }

    /// Sets the time to `timestamp`.
    pub(crate) fn set(&mut self, now: u64, timestamp: u64) {
        let difference = i128::from(timestamp) - i128::from(now / 1_000);
        let bound = |limit: i64| i128::from(limit);
        self.offset =
            i64::try_from(difference.clamp(bound(i64::MIN), bound(i64::MAX))).unwrap_or_default();
    }

    /// Sets the time to `timestamp`, and clears the timestamp of the next block.
    pub(super) fn reset(&mut self, now: u64, timestamp: u64) {
        self.next = None;
        self.set(now, timestamp);
    }

    /// Sets the timestamp of the next block.
    pub(super) const fn set_next(&mut self, timestamp: u64) {
        self.next = Some(timestamp);
    }

    /// Returns the seconds between blocks, if they are set.
    pub(super) const fn interval(&self) -> Option<u64> {
        self.interval
    }

    /// Sets the seconds between blocks; `None` for the host's time. Returns true if they were set before.
    pub(crate) const fn set_interval(&mut self, seconds: Option<u64>) -> bool {
        let had = self.interval.is_some();
        self.interval = seconds;
        had
    }
}
