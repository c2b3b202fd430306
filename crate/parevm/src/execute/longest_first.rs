//! The order in which transactions are handed out that do not wait for each other.

use crate::block::Transaction;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Transactions handed out together may cost about this much gas: some microseconds of work,
/// against a fraction of one for the meeting.
const BATCH_GAS: u64 = 300_000;
/// At most this many are handed out together.
const BATCH: usize = 8;

/// Hands out transactions, those that may be longest first, so that no worker is left with a long
/// one at the end. The gas limit is the guess at how long one takes.
#[derive(Debug)]
pub(crate) struct LongestFirst {
    order: Vec<u32>,
    /// Where each batch ends in `order`.
    ends: Vec<usize>,
    next: AtomicUsize,
}

impl LongestFirst {
    pub(crate) fn new(transactions: &[Transaction], workers: usize) -> Self {
        let gas = |index: &u32| {
            let transaction = transactions.get(*index as usize);
            transaction.map_or(0, |transaction| transaction.env.gas_limit)
        };
        let mut order: Vec<u32> = (0..).take(transactions.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(gas(index)));
        let most = (order.len() / (workers.max(1) * 8)).clamp(1, BATCH);
        let mut ends = Vec::new();
        let (mut size, mut sum) = (0, 0_u64);
        for (at, index) in order.iter().enumerate() {
            let with = sum.saturating_add(gas(index));
            if size > 0 && (size == most || with > BATCH_GAS) {
                ends.push(at);
                (size, sum) = (0, 0);
            }
            size += 1;
            sum = sum.saturating_add(gas(index));
        }
        if size > 0 {
            ends.push(order.len());
        }
        Self {
            order,
            ends,
            next: AtomicUsize::new(0),
        }
    }

    /// The next transactions to run, `None` when all are handed out.
    pub(crate) fn claim(&self) -> Option<&[u32]> {
        // Relaxed: the order itself was made before any worker began.
        let batch = self.next.fetch_add(1, Ordering::Relaxed);
        let end = *self.ends.get(batch)?;
        let start = match batch.checked_sub(1) {
            Some(last) => *self.ends.get(last)?,
            None => 0,
        };
        self.order.get(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vm::TxEnv;

    fn claims(gas_limits: &[u64], workers: usize) -> Vec<Vec<u32>> {
        let transactions: Vec<_> = gas_limits
            .iter()
            .map(|gas_limit| {
                let env = TxEnv {
                    gas_limit: *gas_limit,
                    ..TxEnv::default()
                };
                Transaction { hash: None, env }
            })
            .collect();
        let work = LongestFirst::new(&transactions, workers);
        std::iter::from_fn(|| work.claim().map(<[u32]>::to_vec)).collect()
    }

    #[test]
    fn the_longest_comes_first_and_alone() {
        assert_eq!(
            claims(&[21_000, 5_000_000, 100_000], 1),
            [vec![1], vec![2], vec![0]]
        );
    }

    #[test]
    fn short_ones_are_handed_out_together_and_every_one_once() {
        let claims = claims(&[21_000; 100], 1);
        assert_eq!(claims[0], [0, 1, 2, 3, 4, 5, 6, 7]);
        let mut all = claims.concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn no_transactions_no_work() {
        assert!(claims(&[], 2).is_empty());
    }
}
