//! Values of locations, with the reads and writes that transactions record there.

/// Value of a location.
///
/// A *write* is an overwrite or a commutative delta; a *read* records what an execution depends on.
/// Overwrites with reads that demand equality make an ordinary variable. Writes that add, with
/// reads that demand an interval, make a balance: its writers commute and do not invalidate its
/// readers.
pub trait Value: Clone + Send + Sync {
    /// Entry of a write set.
    type Write: Clone + Send + Sync;
    /// Entry of a read set: the values with which the execution would do the same.
    type Read: Send + Sync;

    /// Applies `write`, which the next higher writer made.
    fn apply(&mut self, write: &Self::Write);

    /// Returns whether `write` leaves the same value whatever it is applied to.
    fn overwrites(write: &Self::Write) -> bool;

    /// Returns whether most readers do not depend on `write` before it is committed. Where several
    /// such writes are pending, further ones are not published: to keep hundreds of them in order
    /// costs more than they are worth.
    fn commutes(write: &Self::Write) -> bool;

    /// Validates `read`: returns whether an execution that recorded it would do the same with this
    /// value.
    fn validates(&self, read: &Self::Read) -> bool;
}

#[cfg(all(test, not(parevm_loom)))]
pub(crate) mod tests {
    use super::Value;

    /// Sum of its writes. Only ones commute.
    #[derive(Clone)]
    pub(crate) struct Sum(pub(crate) u64);

    impl Value for Sum {
        type Write = u64;
        type Read = ();

        fn apply(&mut self, write: &u64) {
            self.0 += write;
        }
        fn overwrites(_: &u64) -> bool {
            false
        }
        fn commutes(write: &u64) -> bool {
            *write == 1
        }
        fn validates(&self, (): &()) -> bool {
            true
        }
    }
}
