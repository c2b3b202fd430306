//! How many transactions a worker claims together.

use crate::block::Transaction;

/// Transactions together may cost about this much gas: some microseconds of
/// work, against a fraction of one for meeting at the scheduler.
const BATCH_GAS: u64 = 400_000;
/// Each worker gets at least this many batches, so that none is left with a
/// long one at the end.
const BATCHES_PER_WORKER: usize = 8;

/// Where batches end. Short transactions are claimed together; a transaction
/// that may be long is claimed alone.
#[derive(Debug)]
pub(crate) struct Batches {
    /// For each transaction, how many more belong to its batch with it.
    sizes: Box<[u8]>,
}

impl Batches {
    pub(crate) fn new(transactions: &[Transaction], workers: usize) -> Self {
        let most = transactions.len() / (workers.max(1) * BATCHES_PER_WORKER);
        let most = u8::try_from(most).unwrap_or(u8::MAX).clamp(1, 32);
        let mut sizes = vec![1; transactions.len()].into_boxed_slice();
        let mut first = 0;
        while first < transactions.len() {
            let (mut size, mut gas) = (0_u8, 0_u64);
            for transaction in &transactions[first..] {
                gas = gas.saturating_add(transaction.env.gas_limit);
                if size > 0 && (gas > BATCH_GAS || size == most) {
                    break;
                }
                size += 1;
            }
            sizes[first] = size;
            first += usize::from(size);
        }
        Self { sizes }
    }

    /// How many transactions to claim together from `first` on.
    pub(crate) fn from(&self, first: u32) -> u32 {
        self.sizes
            .get(first as usize)
            .map_or(1, |size| u32::from(*size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vm::TxEnv;

    fn sizes(gas_limits: impl IntoIterator<Item = u64>, workers: usize) -> Vec<u32> {
        let transactions: Vec<_> = gas_limits
            .into_iter()
            .map(|gas_limit| {
                let env = TxEnv {
                    gas_limit,
                    ..TxEnv::default()
                };
                Transaction { hash: None, env }
            })
            .collect();
        let batches = Batches::new(&transactions, workers);
        let mut sizes = Vec::new();
        let mut first = 0;
        while first < transactions.len() as u32 {
            sizes.push(batches.from(first));
            first += batches.from(first);
        }
        sizes
    }

    #[test]
    fn short_transactions_are_claimed_together_and_long_ones_alone() {
        let mut gas = vec![21_000; 200];
        gas[19] = 5_000_000;
        let sizes = sizes(gas, 1);
        assert_eq!(sizes[..3], [19, 1, 19]);
        assert_eq!(sizes.iter().sum::<u32>(), 200);
    }

    #[test]
    fn a_small_block_is_spread_over_all_workers() {
        assert_eq!(sizes([21_000; 16], 2), [1; 16]);
        assert_eq!(sizes([21_000; 64], 4)[..2], [2, 2]);
    }

    #[test]
    fn no_batch_without_transactions() {
        assert_eq!(Batches::new(&[], 2).from(0), 1);
    }
}
