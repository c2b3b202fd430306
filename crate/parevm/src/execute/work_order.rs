//! Work order of a block's transactions, with gas limits as their expected costs.

use crate::block::Transaction;
use parevm_stm::{SchedulingPolicy, WorkOrder};

/// Returns the work order of `policy` for `transactions` and `workers` workers.
pub(super) fn work_order(
    transactions: &[Transaction],
    workers: usize,
    policy: SchedulingPolicy,
) -> WorkOrder {
    let costs: Vec<_> = transactions.iter().map(|it| it.env.gas_limit).collect();
    WorkOrder::new(&costs, workers, policy)
}
