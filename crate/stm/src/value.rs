//! What a location holds, what a transaction does to it, and what a reader
//! relied on.

/// The content of a location.
///
/// A transaction does not overwrite a location, it leaves a *patch*; a reader
/// does not compare what it saw, it leaves a *check*. A patch that overwrites
/// with a check for equality is an ordinary variable. A patch that adds with a
/// check for an interval is a balance whose writers commute.
pub trait Value: Clone + Send + Sync {
    /// What a transaction writes.
    type Patch: Clone + Send + Sync;
    /// What a transaction relied on when it read.
    type Check: Send + Sync;

    /// Applies `patch`, which was written by the next higher writer.
    fn apply(&mut self, patch: &Self::Patch);

    /// Whether `patch` leaves the same value whatever it is applied to.
    fn overwrites(patch: &Self::Patch) -> bool;

    /// Whether readers do as well without `patch`, as a rule, until it is final.
    /// Where several such patches are pending, others are not shown to readers:
    /// it costs more to keep hundreds of them in order than they are worth.
    fn commutes(patch: &Self::Patch) -> bool;

    /// Whether a run that relied on `check` would have done the same had it
    /// read this value.
    fn admits(&self, check: &Self::Check) -> bool;
}
