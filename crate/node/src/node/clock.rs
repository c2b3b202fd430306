//! Which time blocks have.

/// Which time blocks have: that of the host, moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BlockClock {
    /// Seconds that are added to the host's time.
    pub(super) offset: i64,
    /// Timestamp of the next block, where it is set.
    pub(super) next: Option<u64>,
    /// Seconds between blocks, where they are set.
    pub(super) interval: Option<u64>,
}

impl BlockClock {
    /// The time in seconds when the host's is `now` milliseconds.
    #[must_use]
    pub(crate) const fn seconds(&self, now: u64) -> u64 {
        (now / 1_000).saturating_add_signed(self.offset)
    }

    /// The timestamp of the child of a block with the timestamp `parent`.
    #[must_use]
    pub(crate) fn timestamp(&self, now: u64, parent: u64) -> u64 {
        let chosen = self
            .next
            .or(self.interval.map(|seconds| parent.saturating_add(seconds)));
        chosen
            .unwrap_or_else(|| self.seconds(now))
            .max(parent.saturating_add(1))
    }

    /// A block with this timestamp was made. Where that was chosen, time goes on from there.
    pub(super) fn made(&mut self, now: u64, timestamp: u64) {
        if self.next.take().is_some() {
            self.set(now, timestamp);
        }
    }

    /// Adds seconds and returns what is added to the host's time.
    pub(crate) const fn advance(&mut self, seconds: i64) -> i64 {
        self.offset = self.offset.saturating_add(seconds);
        self.offset
    }

    /// Makes it `timestamp` now.
    pub(crate) fn set(&mut self, now: u64, timestamp: u64) {
        let difference = i128::from(timestamp) - i128::from(now / 1_000);
        let bound = |limit: i64| i128::from(limit);
        self.offset =
            i64::try_from(difference.clamp(bound(i64::MIN), bound(i64::MAX))).unwrap_or_default();
    }

    /// Makes it `timestamp` now, and forgets the timestamp that was set for the next block.
    pub(super) fn reset(&mut self, now: u64, timestamp: u64) {
        self.next = None;
        self.set(now, timestamp);
    }

    /// Sets the timestamp of the next block.
    pub(super) const fn set_next(&mut self, timestamp: u64) {
        self.next = Some(timestamp);
    }

    /// Seconds between blocks, where they are set.
    pub(super) const fn interval(&self) -> Option<u64> {
        self.interval
    }

    /// Sets the seconds between blocks; `None` for the host's time. Returns whether they were set before.
    pub(crate) const fn set_interval(&mut self, seconds: Option<u64>) -> bool {
        let had = self.interval.is_some();
        self.interval = seconds;
        had
    }
}
