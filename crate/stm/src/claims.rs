//! Hands out transactions.

use crate::{
    TxIndex,
    sync::{AtomicUsize, Ordering},
};
use std::ops::Range;

/// Which transactions a worker takes together, and in what order they are
/// taken. The order changes no result. Low ones first is best where nothing
/// else is known: a run that starts long before its turn guesses more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    list: Box<[Range<u32>]>,
    count: u32,
}

impl Claims {
    /// Transactions `0..count`, in order, each alone.
    #[must_use]
    pub fn in_order(count: u32) -> Self {
        Self {
            list: (0..count).map(|index| index..index + 1).collect(),
            count,
        }
    }

    /// Transactions in this order, those of one range together. `None` unless
    /// every transaction from 0 up to some count is named once.
    #[must_use]
    pub fn new(list: Vec<Range<u32>>) -> Option<Self> {
        let mut sorted: Vec<_> = list.iter().filter(|range| !range.is_empty()).collect();
        sorted.sort_unstable_by_key(|range| range.start);
        let count = sorted
            .into_iter()
            .try_fold(0, |end, range| (range.start == end).then_some(range.end))?;
        let list = list.into_boxed_slice();
        Some(Self { list, count })
    }

    /// Number of transactions.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }
}

/// The next claim that no worker has taken.
pub(crate) struct Cursor {
    claims: Claims,
    next: AtomicUsize,
}

impl Cursor {
    pub(crate) fn new(claims: Claims) -> Self {
        Self {
            claims,
            next: AtomicUsize::new(0),
        }
    }

    /// How many transactions there are.
    pub(crate) fn count(&self) -> u32 {
        self.claims.count
    }

    /// The next transactions to run, or `None` when all are claimed. Each index
    /// is handed out once.
    pub(crate) fn claim(&self) -> Option<impl Iterator<Item = TxIndex> + Clone> {
        // Relaxed: the place is all that is handed over; what a run reads is
        // guarded by the locks of tasks and cells. It cannot wrap: each worker
        // goes past the end once.
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        let range = self.claims.list.get(place)?;
        Some(range.clone().map(TxIndex::new))
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "a list of one claim")]
    fn claims_name_every_transaction_once() {
        assert_eq!(Claims::new(vec![2..3, 0..2]).map(|c| c.count()), Some(3));
        assert_eq!(Claims::new(Vec::new()).map(|c| c.count()), Some(0));
        assert_eq!(Claims::new(vec![0..1, 2..3]), None);
        assert_eq!(Claims::new(vec![0..2, 1..3]), None);
        assert_eq!(Claims::new(vec![1..2]), None);
    }

    #[test]
    fn each_claim_is_taken_once_in_the_order_given() {
        let claims = Claims::new(vec![2..3, 0..2]);
        let cursor = Cursor::new(claims.unwrap_or_else(|| Claims::in_order(0)));
        let taken = || {
            cursor
                .claim()
                .map(|batch| batch.map(TxIndex::get).collect())
        };
        assert_eq!(taken(), Some(vec![2]));
        assert_eq!(taken(), Some(vec![0, 1]));
        assert_eq!(taken(), None::<Vec<_>>);
        assert_eq!(taken(), None);
    }
}
