//! In what order workers claim transactions, and how many together.

use crate::block::Transaction;
use parevm_stm::Claims;
use std::ops::Range;

/// Transactions claimed together may cost about this much gas: some
/// microseconds of work, against a fraction of one for meeting at the scheduler.
const BATCH_GAS: u64 = 400_000;
/// Each worker gets at least this many batches, so that none is left with a
/// long one at the end.
const BATCHES_PER_WORKER: usize = 8;
/// A transaction is claimed early only if it may cost more than this share of
/// the block: for less the risk of a wrong guess is too high a price.
const EARLY_SHARE: u64 = 12;
/// A long transaction is taken for this much longer than its gas limit says:
/// short ones use up less of theirs, and to start too early costs less than to
/// start too late.
const EARLY_FACTOR: i128 = 3;

/// Claims of `transactions` for `workers` workers: in block order, but a
/// transaction that would keep one worker busy after all others have finished
/// is claimed as much earlier. Gas limits stand for time.
pub(crate) fn claims(transactions: &[Transaction], workers: usize) -> Claims {
    let batches = batches(transactions, workers);
    let gas = |range: &Range<u32>| {
        let members = &transactions[range.start as usize..range.end as usize];
        members.iter().fold(0_u64, |sum, member| {
            sum.saturating_add(member.env.gas_limit)
        })
    };
    let order = early_enough(batches, gas, workers.max(1) as u64);
    let count = u32::try_from(transactions.len()).unwrap_or(u32::MAX);
    Claims::new(order).unwrap_or_else(|| Claims::in_order(count))
}

/// Short transactions together, a transaction that may be long alone.
fn batches(transactions: &[Transaction], workers: usize) -> Vec<Range<u32>> {
    let most = transactions.len() / (workers.max(1) * BATCHES_PER_WORKER);
    let most = most.clamp(1, 32);
    let mut batches: Vec<Range<u32>> = Vec::with_capacity(transactions.len() / most + 1);
    let mut gas = 0_u64;
    for (index, transaction) in (0..).zip(transactions) {
        gas = gas.saturating_add(transaction.env.gas_limit);
        match batches.last_mut() {
            Some(last) if gas <= BATCH_GAS && last.len() < most => last.end = index + 1,
            _ => {
                batches.push(index..index + 1);
                gas = transaction.env.gas_limit;
            }
        }
    }
    batches
}

/// Block order, but what is long starts as early as it must for all workers to
/// end together: the order in which a simulated schedule starts the batches.
fn early_enough(
    batches: Vec<Range<u32>>,
    gas: impl Fn(&Range<u32>) -> u64,
    workers: u64,
) -> Vec<Range<u32>> {
    let total = batches.iter().map(&gas).fold(0_u64, u64::saturating_add);
    let long = |own: u64| own > total / EARLY_SHARE;
    let longest = batches.iter().map(&gas).max().unwrap_or(0);
    // When the last worker should end, with a little slack.
    let end = (total / workers).max(longest) / 100 * 105;
    // The latest starts of long batches, the next one last. Below zero where it
    // is too late at once: the longest of those is the most urgent.
    let latest = |own: u64| i128::from(end) - i128::from(own) * EARLY_FACTOR;
    let mut urgent: Vec<(i128, usize)> = batches
        .iter()
        .enumerate()
        .filter(|(_, batch)| workers > 1 && long(gas(batch)))
        .map(|(place, batch)| (latest(gas(batch)), place))
        .collect();
    if urgent.is_empty() {
        return batches;
    }
    urgent.sort_unstable_by(|one, other| other.cmp(one));
    let mut free = vec![0_u64; usize::try_from(workers).unwrap_or(1)];
    let mut started = vec![false; batches.len()];
    let mut order = Vec::with_capacity(batches.len());
    let mut next = 0;
    while order.len() < batches.len() {
        while started[next] {
            next += 1;
        }
        let Some(worker) = free.iter_mut().min() else {
            break;
        };
        while urgent.last().is_some_and(|(_, place)| started[*place]) {
            urgent.pop();
        }
        // Too late if the worker does the next one first?
        let after_next = worker.saturating_add(gas(&batches[next]));
        let place = match urgent.last() {
            Some((latest, place)) if *latest < i128::from(after_next) => *place,
            _ => next,
        };
        started[place] = true;
        *worker = worker.saturating_add(gas(&batches[place]));
        order.push(batches[place].clone());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vm::TxEnv;

    fn transactions(gas_limits: impl IntoIterator<Item = u64>) -> Vec<Transaction> {
        let env = |gas_limit| TxEnv {
            gas_limit,
            ..TxEnv::default()
        };
        let transactions = gas_limits.into_iter().map(|gas_limit| Transaction {
            hash: None,
            env: env(gas_limit),
        });
        transactions.collect()
    }

    fn sizes(gas_limits: impl IntoIterator<Item = u64>, workers: usize) -> Vec<usize> {
        let batches = batches(&transactions(gas_limits), workers);
        batches.into_iter().map(|batch| batch.len()).collect()
    }

    /// The order of batches with this much gas each.
    fn order(gas: &[u64], workers: u64) -> Vec<u32> {
        let batches = (0..).take(gas.len()).map(|index| index..index + 1);
        let order = early_enough(
            batches.collect(),
            |batch| gas[batch.start as usize],
            workers,
        );
        order.into_iter().map(|batch| batch.start).collect()
    }

    #[test]
    fn short_transactions_are_claimed_together_and_long_ones_alone() {
        let mut gas = vec![21_000; 200];
        gas[19] = 5_000_000;
        let sizes = sizes(gas, 1);
        assert_eq!(sizes[..3], [19, 1, 19]);
        assert_eq!(sizes.iter().sum::<usize>(), 200);
    }

    #[test]
    fn a_small_block_is_spread_over_all_workers() {
        assert_eq!(sizes([21_000; 16], 2), [1; 16]);
        assert_eq!(sizes([21_000; 64], 4)[..2], [2, 2]);
        assert_eq!(sizes([], 2), [0; 0]);
    }

    #[test]
    fn what_would_run_alone_at_the_end_is_claimed_earlier() {
        assert_eq!(order(&[100, 100, 100, 100], 2), [0, 1, 2, 3]);
        assert_eq!(order(&[100, 100, 100, 900], 2), [3, 0, 1, 2]);
        assert_eq!(order(&[100, 100, 100, 900], 1), [0, 1, 2, 3]);
        assert_eq!(order(&[100, 900, 800, 100], 2), [1, 2, 0, 3]);
        let mut gas = [10; 100];
        gas[99] = 100;
        let order = order(&gas, 2);
        let place = order.iter().position(|batch| *batch == 99);
        assert!(
            place.is_some_and(|place| (40..65).contains(&place)),
            "{order:?}"
        );
        assert_eq!(super::tests::order(&[], 2), [0; 0]);
    }

    #[test]
    fn every_transaction_is_claimed() {
        let gas = (1..500).map(|index| index * 7_919 % 900_000);
        let claims = claims(&transactions(gas), 3);
        assert_eq!(claims.count(), 499);
    }
}
