//! Plan of a block's execution: who runs it, on how many threads, and why.

use crate::{
    bal::BlockAccessList,
    block::{Block, Header, Transaction},
    execute::{AccessListOutput, ExecuteOptions, Executor},
    vm::{Environment, SpecId},
};

/// Gas limits of all transactions together, below which a sequential execution ends before the workers of an
/// optimistic one have started: about half a millisecond of work.
///
/// Read off the recorded blocks on 2 threads: those below ran at 0.3 to 1.0 times the speed of plain revm in parallel,
/// those above faster.
const LEAST_GAS: u64 = 3_750_000;
/// Gas that a plain transfer counts for here. It takes less time than its gas limit says.
const TRANSFER_GAS: u64 = 4_000;
/// Gas limits of calls per plain transfer, below which transfers are most of the work. A transfer is so cheap that
/// speculating and validating costs twice as much as running it.
const CALL_GAS_PER_TRANSFER: u64 = 8_000;
/// Transfers from which on optimistic execution pays all the same, given [`THREADS_FOR_TRANSFERS`].
const MANY_TRANSFERS: u64 = 5_000;
const THREADS_FOR_TRANSFERS: usize = 4;
/// Gas limits of calls per plain transfer, below which more than [`MOST_ON_TRANSFERS`] workers slow each other down:
/// shared cache lines move faster than the work on them.
const CALL_GAS_FOR_MORE: u64 = 40_000;
const MOST_ON_TRANSFERS: usize = 8;

/// Plan of a block's execution, decided once before it starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan<'a> {
    /// The executor; never [`Executor::Auto`].
    pub(super) executor: Executor,
    /// Threads that execute transactions.
    pub(super) workers: usize,
    /// Block access list by which the block is executed.
    pub(super) list: Option<&'a BlockAccessList>,
    /// Whether the outcome holds the block's access list.
    pub(super) output: AccessListOutput,
    /// Reason for the executor, in words.
    pub(super) reason: &'static str,
}

impl<'a> Plan<'a> {
    /// Plans the execution of `block` with `options` on up to `threads` threads.
    pub(super) fn new(
        options: &ExecuteOptions<'a>,
        block: &Block,
        environment: &Environment,
        threads: usize,
    ) -> Self {
        let plan = |executor, reason| Self {
            executor,
            workers: workers(executor, block, threads),
            list: None,
            output: options.access_list_output,
            reason,
        };
        // An unchecked balance is clamped, which the balance intervals of the optimistic executor do not know.
        if environment.cfg.disable_balance_check {
            return plan(Executor::Sequential, "balances are not checked");
        }
        let by_list = |list, reason| Self {
            list: Some(list),
            ..plan(Executor::Bal, reason)
        };
        let (by_work, work_reason) = by_work(block, threads);
        match (options.executor, options.access_list) {
            (Executor::Sequential, _) => plan(Executor::Sequential, "asked for"),
            (Executor::Optimistic, _) => plan(Executor::Optimistic, "asked for"),
            (Executor::Bal, Some(list)) => by_list(list, "asked for"),
            (Executor::Bal, None) => Self {
                output: AccessListOutput::Returned,
                ..plan(
                    by_work,
                    "bal was asked for, but no access list is at hand: this run makes one",
                )
            },
            (Executor::Auto, Some(list))
                if by_work == Executor::Optimistic && is_from_cancun(block) =>
            {
                by_list(list, "an access list is at hand")
            }
            (Executor::Auto, _) => plan(by_work, work_reason),
        }
    }

    /// The plan for the same block after its access list has failed the verification.
    pub(super) fn without_list(self, block: &Block, threads: usize) -> Self {
        let (executor, _) = by_work(block, threads);
        Self {
            executor,
            workers: workers(executor, block, threads),
            list: None,
            output: AccessListOutput::Returned,
            reason: self.reason,
        }
    }
}

/// Whether a list holds all effects of the block. Before Cancun a contract could clear its storage, which no list
/// expresses: the execution may be in vain.
fn is_from_cancun(block: &Block) -> bool {
    let Header {
        number, timestamp, ..
    } = block.header;
    let spec = block.schedule.spec(number, timestamp);
    spec.is_enabled_in(SpecId::CANCUN)
}

/// The executor for a block without an access list, with the reason in words.
fn by_work(block: &Block, threads: usize) -> (Executor, &'static str) {
    if threads < 2 {
        return (Executor::Sequential, "one thread");
    }
    let work = Work::of(block);
    if block.transactions.len() < 2 {
        (Executor::Sequential, "one transaction")
    } else if work.gas() < LEAST_GAS {
        (Executor::Sequential, "little to compute")
    } else if work.calls_below(CALL_GAS_PER_TRANSFER)
        && (work.transfers < MANY_TRANSFERS || threads < THREADS_FOR_TRANSFERS)
    {
        (Executor::Sequential, "mostly plain transfers")
    } else {
        (
            Executor::Optimistic,
            "several threads and enough to compute",
        )
    }
}

/// Threads of `threads` that execute transactions of `block`.
fn workers(executor: Executor, block: &Block, threads: usize) -> usize {
    match executor {
        Executor::Sequential => 1,
        Executor::Optimistic
            if threads > MOST_ON_TRANSFERS && Work::of(block).calls_below(CALL_GAS_FOR_MORE) =>
        {
            MOST_ON_TRANSFERS
        }
        _ => threads,
    }
}

/// Work of a block, as far as its transactions tell beforehand.
struct Work {
    transfers: u64,
    /// Gas limits of all other transactions together.
    call_gas: u64,
}

impl Work {
    fn of(block: &Block) -> Self {
        let mut work = Self {
            transfers: 0,
            call_gas: 0,
        };
        for Transaction { env, .. } in &block.transactions {
            if env.data.is_empty() && env.kind.is_call() {
                work.transfers += 1;
            } else {
                work.call_gas = work.call_gas.saturating_add(env.gas_limit);
            }
        }
        work
    }

    fn gas(&self) -> u64 {
        let transfers = self.transfers.saturating_mul(TRANSFER_GAS);
        self.call_gas.saturating_add(transfers)
    }

    /// Whether calls have less than `gas` per transfer.
    fn calls_below(&self, gas: u64) -> bool {
        self.call_gas < self.transfers.saturating_mul(gas)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bal::BlockAccessList, block::ForkSchedule, vm::TxEnv};
    use alloy_primitives::Bytes;

    fn planned(calls: usize, transfers: usize, threads: usize) -> (Executor, &'static str) {
        let block = block(calls, transfers, SpecId::OSAKA);
        let options = ExecuteOptions::default();
        let plan = Plan::new(&options, &block, &Environment::new(&block), threads);
        (plan.executor, plan.reason)
    }

    fn block(calls: usize, transfers: usize, spec: SpecId) -> Block {
        let call = TxEnv {
            data: Bytes::from_static(&[1, 2, 3, 4]),
            gas_limit: 200_000,
            ..TxEnv::default()
        };
        let transfer = TxEnv {
            gas_limit: 21_000,
            ..TxEnv::default()
        };
        let transactions = std::iter::repeat_n(call, calls)
            .chain(std::iter::repeat_n(transfer, transfers))
            .map(|env| Transaction { hash: None, env })
            .collect();
        Block {
            chain_id: 1,
            schedule: ForkSchedule::always(spec),
            header: Default::default(),
            transactions,
            withdrawals: Vec::new(),
            ommers: Vec::new(),
            declared: Default::default(),
        }
    }

    #[test]
    fn a_list_is_used_where_it_helps_and_is_complete() {
        let list = BlockAccessList::default();
        let with_list = |executor, calls, spec| {
            let options = ExecuteOptions {
                executor,
                access_list: Some(&list),
                ..Default::default()
            };
            {
                let block = block(calls, 0, spec);
                Plan::new(&options, &block, &Environment::new(&block), 2).executor
            }
        };
        assert_eq!(
            with_list(Executor::Auto, 100, SpecId::CANCUN),
            Executor::Bal
        );
        assert_eq!(
            with_list(Executor::Auto, 1, SpecId::CANCUN),
            Executor::Sequential
        );
        assert_eq!(
            with_list(Executor::Auto, 100, SpecId::SHANGHAI),
            Executor::Optimistic
        );
        assert_eq!(with_list(Executor::Bal, 1, SpecId::SHANGHAI), Executor::Bal);
    }

    #[test]
    fn the_executor_follows_from_threads_and_work() {
        use Executor::{Optimistic, Sequential};
        assert_eq!(planned(100, 0, 1), (Sequential, "one thread"));
        assert_eq!(planned(1, 0, 8), (Sequential, "one transaction"));
        assert_eq!(planned(18, 0, 8), (Sequential, "little to compute"));
        assert_eq!(planned(0, 500, 8), (Sequential, "little to compute"));
        let reason = "several threads and enough to compute";
        assert_eq!(planned(20, 0, 2), (Optimistic, reason));
        assert_eq!(planned(100, 600, 2), (Optimistic, reason));
        assert_eq!(planned(0, 5_000, 4), (Optimistic, reason));
        let reason = "mostly plain transfers";
        assert_eq!(planned(10, 1_000, 16), (Sequential, reason));
        assert_eq!(planned(0, 5_000, 3), (Sequential, reason));
    }

    #[test]
    fn transfers_are_for_some_workers_and_calls_for_all() {
        let workers = |calls, transfers, threads| {
            super::workers(
                Executor::Optimistic,
                &block(calls, transfers, SpecId::OSAKA),
                threads,
            )
        };
        assert_eq!(workers(100, 600, 16), 8);
        assert_eq!(workers(100, 600, 4), 4);
        assert_eq!(workers(100, 400, 16), 16);
    }
}
