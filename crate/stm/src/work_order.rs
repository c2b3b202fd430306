//! Work order of a block: batches of transactions, in the order in which workers claim them.
//!
//! A pure function of the expected cost of each transaction, the number of workers and a
//! [`SchedulingPolicy`]. The order changes no result, only how long the block takes.

use crate::{
    TxIndex,
    sync::{AtomicUsize, Ordering},
};
use std::{cmp::Reverse, ops::Range};

/// Scheduling of one kind of executor: the bounds of a batch, and the order of batches.
///
/// Costs are in the caller's unit; the bounds fit EVM gas limits.
///
/// | | `OPTIMISTIC` | `INDEPENDENT` | why |
/// |---|---|---|---|
/// | `batch_cost` | 400,000 | 300,000 | microseconds of work, against a fraction of one for a claim |
/// | `batch_transactions` | 32 | 8 | bounds a batch of transactions that cost next to nothing |
/// | `batches_per_worker` | 8 | 8 | no worker is left with a long batch at the end |
/// | `order` | block order, long ones early | longest first | an execution far above the commit index often has to be repeated; independent ones never |
#[derive(Clone, Copy, Debug)]
pub struct SchedulingPolicy {
    /// Maximum expected cost of a batch of more than one transaction.
    batch_cost: u64,
    /// Maximum transactions of a batch.
    batch_transactions: usize,
    /// Minimum batches for each worker, where there are enough transactions.
    batches_per_worker: usize,
    order: BatchOrder,
}

#[derive(Clone, Copy, Debug)]
enum BatchOrder {
    /// Block order, but a batch that would keep one worker busy after all others have finished is
    /// claimed as much earlier.
    LongEarly,
    /// Descending cost, block order among equals.
    ByCost,
}

/// Minimum share of the block's cost, as a divisor, of a batch that is claimed early: for less, the
/// risk of a wasted execution is too high a price.
const EARLY_SHARE: u64 = 12;
/// Factor on the expected cost of a batch that is claimed early: short transactions use up less of
/// their gas limits than long ones, and to start too early costs less than to start too late.
const EARLY_FACTOR: i128 = 3;

impl SchedulingPolicy {
    /// Policy for transactions that may conflict.
    pub const OPTIMISTIC: Self = Self {
        batch_cost: 400_000,
        batch_transactions: 32,
        batches_per_worker: 8,
        order: BatchOrder::LongEarly,
    };

    /// Policy for transactions that never wait for each other.
    pub const INDEPENDENT: Self = Self {
        batch_cost: 300_000,
        batch_transactions: 8,
        batches_per_worker: 8,
        order: BatchOrder::ByCost,
    };
}

/// Batches of transactions in the order in which workers claim them. Names every transaction of a
/// block once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkOrder {
    order: Box<[TxIndex]>,
    /// End of each batch in `order`.
    ends: Box<[u32]>,
}

impl WorkOrder {
    /// Returns transactions `0..count` in block order, one in each batch.
    #[must_use]
    pub fn in_block_order(count: u32) -> Self {
        Self {
            order: (0..count).map(TxIndex::new).collect(),
            ends: (1..=count).collect(),
        }
    }

    /// Returns one batch for each of `batches`, in this order; an empty range is left out. `None`
    /// unless every transaction from 0 up to some count is named once.
    #[must_use]
    pub fn from_batches(batches: &[Range<u32>]) -> Option<Self> {
        let mut sorted: Vec<_> = batches.iter().filter(|batch| !batch.is_empty()).collect();
        sorted.sort_unstable_by_key(|batch| batch.start);
        sorted
            .into_iter()
            .try_fold(0, |end, batch| (batch.start == end).then_some(batch.end))?;
        Some(Self::concat(batches.iter().cloned()))
    }

    /// Returns the work order of `policy` for as many transactions as there are `costs`, and
    /// `workers` workers.
    #[must_use]
    pub fn new(costs: &[u64], workers: usize, policy: SchedulingPolicy) -> Self {
        let workers = workers.max(1);
        match policy.order {
            BatchOrder::LongEarly => {
                let order: Vec<_> = (0..).take(costs.len()).collect();
                let batches = batches(&order, costs, workers, policy);
                Self::concat(long_early(&batches, costs, workers))
            }
            BatchOrder::ByCost => {
                let mut order: Vec<_> = (0..).take(costs.len()).collect();
                order.sort_by_key(|index| Reverse(cost_of(costs, *index)));
                let batches = batches(&order, costs, workers, policy);
                Self {
                    order: order.into_iter().map(TxIndex::new).collect(),
                    ends: batches.into_iter().map(|batch| batch.end).collect(),
                }
            }
        }
    }

    /// Returns the number of transactions.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Returns the batches in the order in which they are claimed.
    pub fn batches(&self) -> impl Iterator<Item = &[TxIndex]> {
        (0..self.ends.len()).map_while(|place| self.batch(place))
    }

    fn batch(&self, place: usize) -> Option<&[TxIndex]> {
        let end = *self.ends.get(place)?;
        let start = match place.checked_sub(1) {
            Some(last) => *self.ends.get(last)?,
            None => 0,
        };
        self.order.get(start as usize..end as usize)
    }

    fn concat(batches: impl IntoIterator<Item = Range<u32>>) -> Self {
        let (mut order, mut ends, mut end) = (Vec::new(), Vec::new(), 0);
        for batch in batches.into_iter().filter(|batch| !batch.is_empty()) {
            end += batch.end - batch.start;
            ends.push(end);
            order.extend(batch.map(TxIndex::new));
        }
        Self {
            order: order.into(),
            ends: ends.into(),
        }
    }
}

/// Cursor over a [`WorkOrder`] that workers share.
#[derive(Debug)]
pub struct WorkCursor {
    order: WorkOrder,
    next: AtomicUsize,
}

impl WorkCursor {
    /// Returns a cursor at the first batch of `order`.
    #[must_use]
    pub fn new(order: WorkOrder) -> Self {
        Self {
            order,
            next: AtomicUsize::new(0),
        }
    }

    /// Returns the number of transactions in the order.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.order.count()
    }

    /// Returns the next batch; `None` when all are taken. Each batch is returned once.
    pub fn claim(&self) -> Option<&[TxIndex]> {
        // Relaxed: the position is all that passes between workers; the order was built before
        // they started, and the locks of transactions and locations guard what an execution reads.
        // It cannot wrap: each worker goes past the end once.
        self.order.batch(self.next.fetch_add(1, Ordering::Relaxed))
    }
}

fn cost_of(costs: &[u64], index: u32) -> u64 {
    costs.get(index as usize).copied().unwrap_or(0)
}

/// Returns ranges of `order`: short transactions together, a transaction that may be long alone.
fn batches(
    order: &[u32],
    costs: &[u64],
    workers: usize,
    policy: SchedulingPolicy,
) -> Vec<Range<u32>> {
    let most = order.len() / (workers * policy.batches_per_worker);
    let most = most.clamp(1, policy.batch_transactions);
    let mut batches: Vec<Range<u32>> = Vec::with_capacity(order.len() / most + 1);
    let mut sum = 0_u64;
    for (at, index) in (0..).zip(order) {
        let cost = cost_of(costs, *index);
        sum = sum.saturating_add(cost);
        match batches.last_mut() {
            Some(last) if sum <= policy.batch_cost && last.len() < most => last.end = at + 1,
            _ => {
                batches.push(at..at + 1);
                sum = cost;
            }
        }
    }
    batches
}

/// Returns `batches`, which are in block order, in the order in which a simulated schedule starts
/// them: a long one starts as early as it must for all workers to end together.
fn long_early(batches: &[Range<u32>], costs: &[u64], workers: usize) -> Vec<Range<u32>> {
    let cost = |batch: &Range<u32>| {
        let members = costs.get(batch.start as usize..batch.end as usize);
        let members = members.unwrap_or_default().iter();
        members.fold(0_u64, |sum, cost| sum.saturating_add(*cost))
    };
    let total = batches.iter().map(cost).fold(0_u64, u64::saturating_add);
    let is_long = |own: u64| own > total / EARLY_SHARE;
    let longest = batches.iter().map(cost).max().unwrap_or(0);
    // When the last worker should end, with a little slack.
    let end = (total / workers as u64).max(longest) / 100;
    let end = end.saturating_mul(105);
    // Below zero where it is too late at once: the longest of those is the most urgent.
    let latest_start = |own: u64| i128::from(end) - i128::from(own) * EARLY_FACTOR;
    // Latest starts of long batches, the earliest one last.
    let mut urgent: Vec<(i128, usize)> = batches
        .iter()
        .enumerate()
        .filter(|(_, batch)| workers > 1 && is_long(cost(batch)))
        .map(|(place, batch)| (latest_start(cost(batch)), place))
        .collect();
    if urgent.is_empty() {
        return batches.to_vec();
    }
    urgent.sort_unstable_by(|one, other| other.cmp(one));
    let mut free_at = vec![0_u64; workers];
    let mut is_started = vec![false; batches.len()];
    let mut order = Vec::with_capacity(batches.len());
    let mut next = 0;
    while order.len() < batches.len() {
        while is_started[next] {
            next += 1;
        }
        let Some(worker) = free_at.iter_mut().min() else {
            break;
        };
        while urgent.last().is_some_and(|(_, place)| is_started[*place]) {
            urgent.pop();
        }
        // Too late if the worker does the next batch first?
        let after_next = worker.saturating_add(cost(&batches[next]));
        let place = match urgent.last() {
            Some((latest, place)) if *latest < i128::from(after_next) => *place,
            _ => next,
        };
        is_started[place] = true;
        *worker = worker.saturating_add(cost(&batches[place]));
        order.push(batches[place].clone());
    }
    order
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;
    use SchedulingPolicy as Policy;

    /// Batches of an order, as numbers.
    fn numbers(order: &WorkOrder) -> Vec<Vec<u32>> {
        let batches = order.batches();
        batches
            .map(|batch| batch.iter().map(|index| index.get()).collect())
            .collect()
    }

    fn sizes(costs: impl IntoIterator<Item = u64>, workers: usize) -> Vec<usize> {
        let costs: Vec<_> = costs.into_iter().collect();
        let order: Vec<_> = (0..).take(costs.len()).collect();
        let batches = batches(&order, &costs, workers, Policy::OPTIMISTIC);
        batches.into_iter().map(|batch| batch.len()).collect()
    }

    /// Order of batches that cost this much each.
    fn early(costs: &[u64], workers: usize) -> Vec<u32> {
        let batches: Vec<_> = (0..).take(costs.len()).map(|at| at..at + 1).collect();
        let order = long_early(&batches, costs, workers);
        order.into_iter().map(|batch| batch.start).collect()
    }

    fn independent(costs: &[u64], workers: usize) -> Vec<Vec<u32>> {
        numbers(&WorkOrder::new(costs, workers, Policy::INDEPENDENT))
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "a list of one batch")]
    fn an_order_names_every_transaction_once() {
        let count = |batches: &[Range<u32>]| Some(WorkOrder::from_batches(batches)?.count());
        assert_eq!(count(&[2..3, 0..2]), Some(3));
        assert_eq!(count(&[]), Some(0));
        assert_eq!(count(&[0..1, 2..3]), None);
        assert_eq!(count(&[0..2, 1..3]), None);
        assert_eq!(count(&[1..2]), None);
    }

    #[test]
    fn each_batch_is_claimed_once_in_the_order_given() {
        let order = WorkOrder::from_batches(&[2..3, 0..2]);
        let cursor = WorkCursor::new(order.unwrap_or_else(|| WorkOrder::in_block_order(0)));
        let claim = || Some(cursor.claim()?.iter().map(|index| index.get()).collect());
        assert_eq!(claim(), Some(vec![2]));
        assert_eq!(claim(), Some(vec![0, 1]));
        assert_eq!(claim(), None::<Vec<_>>);
        assert_eq!(claim(), None);
    }

    #[test]
    fn block_order_has_one_transaction_in_each_batch() {
        let order = WorkOrder::in_block_order(3);
        assert_eq!(numbers(&order), [[0], [1], [2]]);
        assert_eq!(order.count(), 3);
    }

    #[test]
    fn short_transactions_share_a_batch_and_long_ones_have_their_own() {
        let mut costs = vec![21_000; 200];
        costs[19] = 5_000_000;
        let sizes = sizes(costs, 1);
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
    fn a_batch_that_would_run_alone_at_the_end_is_claimed_earlier() {
        assert_eq!(early(&[100, 100, 100, 100], 2), [0, 1, 2, 3]);
        assert_eq!(early(&[100, 100, 100, 900], 2), [3, 0, 1, 2]);
        assert_eq!(early(&[100, 100, 100, 900], 1), [0, 1, 2, 3]);
        assert_eq!(early(&[100, 900, 800, 100], 2), [1, 2, 0, 3]);
        let mut costs = [10; 100];
        costs[99] = 100;
        let order = early(&costs, 2);
        let place = order.iter().position(|batch| *batch == 99);
        assert!(
            place.is_some_and(|place| (40..65).contains(&place)),
            "{order:?}"
        );
        assert_eq!(early(&[], 2), [0; 0]);
    }

    #[test]
    fn both_policies_claim_every_transaction() {
        let mut costs: Vec<_> = (1..500).map(|index| index * 7_919 % 900_000).collect();
        costs[250] = u64::MAX;
        for policy in [Policy::OPTIMISTIC, Policy::INDEPENDENT] {
            let order = WorkOrder::new(&costs, 3, policy);
            assert_eq!(order.count(), 499);
            let mut all = numbers(&order).concat();
            all.sort_unstable();
            assert_eq!(all, (0..499).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_longest_independent_transaction_comes_first_and_alone() {
        let claimed = independent(&[21_000, 5_000_000, 100_000], 1);
        assert_eq!(claimed, [[1], [2], [0]]);
        assert_eq!(independent(&[], 2), Vec::<Vec<u32>>::new());
    }

    #[test]
    fn short_independent_transactions_share_a_batch() {
        let batches = independent(&[21_000; 100], 1);
        assert_eq!(batches[0], [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
