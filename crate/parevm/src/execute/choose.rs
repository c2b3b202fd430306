//! Decides which executor runs a block.

use super::ExecuteOptions;
use crate::{
    block::{Block, Header, Transaction},
    vm::SpecId,
};
use std::{fmt, str::FromStr};

/// A way to run a block. All return the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Executor {
    /// Whichever is thought fastest.
    #[default]
    Auto,
    /// Optimistic, on all threads that help.
    Parallel,
    /// One transaction after the other.
    Sequential,
    /// By the block's access list.
    Bal,
}

impl Executor {
    /// The name users write: `auto`, `parallel`, `sequential` or `bal`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Parallel => "parallel",
            Self::Sequential => "sequential",
            Self::Bal => "bal",
        }
    }
}

impl fmt::Display for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Executor {
    type Err = UnknownExecutor;

    fn from_str(name: &str) -> Result<Self, UnknownExecutor> {
        [Self::Auto, Self::Parallel, Self::Sequential, Self::Bal]
            .into_iter()
            .find(|executor| executor.name() == name)
            .ok_or_else(|| UnknownExecutor {
                name: name.to_owned(),
            })
    }
}

/// No executor has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no executor is called {name:?}, the names are auto, parallel, sequential and bal")]
pub struct UnknownExecutor {
    /// What was asked for.
    pub name: String,
}

/// Gas limits of all transactions together, below which a block is over before workers have met:
/// about half a millisecond of work.
const LEAST_GAS: u64 = 3_750_000;
/// What a plain transfer counts for here. It takes less time than its gas says.
const TRANSFER_GAS: u64 = 4_000;
/// Gas limits of calls for each plain transfer, below which transfers are most of the work. One is
/// so short in order that to take it on a guess and to check that takes twice as long.
const CALL_GAS_PER_TRANSFER: u64 = 8_000;
/// So many transfers are worth it all the same, for so many threads.
const MANY_TRANSFERS: u64 = 5_000;
const THREADS_FOR_TRANSFERS: usize = 4;
/// Gas limits of calls for each plain transfer, below which more workers than these are in each
/// other's way: what is shared is passed on faster than it is worked on.
const CALL_GAS_FOR_MORE: u64 = 40_000;
const MOST_ON_TRANSFERS: usize = 8;

/// The executor that runs `block` with `options` when `threads` threads execute, with the reason in
/// words.
///
/// The bound was read off the recorded blocks on 2 threads: those below it ran at 0.3 to 1.0 times
/// the speed of plain revm in parallel, those above it faster.
#[must_use]
pub fn choose(
    options: &ExecuteOptions<'_>,
    block: &Block,
    threads: usize,
) -> (Executor, &'static str) {
    match options.executor {
        Executor::Sequential => (Executor::Sequential, "asked for"),
        Executor::Parallel => (Executor::Parallel, "asked for"),
        Executor::Bal if options.access_list.is_some() => (Executor::Bal, "asked for"),
        Executor::Bal => (
            choose_by_work(block, threads).0,
            "bal was asked for, but no access list is at hand: this run makes one",
        ),
        Executor::Auto => match choose_by_work(block, threads) {
            (Executor::Parallel, _) if options.access_list.is_some() && is_from_cancun(block) => {
                (Executor::Bal, "an access list is at hand")
            }
            choice => choice,
        },
    }
}

/// Before Cancun a contract could empty its storage, which no list tells: the run may be for
/// nothing.
fn is_from_cancun(block: &Block) -> bool {
    let Header {
        number, timestamp, ..
    } = block.header;
    let spec = block.schedule.spec(number, timestamp);
    spec.is_enabled_in(SpecId::CANCUN)
}

/// The executor for a block without an access list.
pub(crate) fn choose_by_work(block: &Block, threads: usize) -> (Executor, &'static str) {
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
        (Executor::Parallel, "several threads and enough to compute")
    }
}

/// How many of `threads` threads help to run `block` optimistically.
pub(super) fn workers(block: &Block, threads: usize) -> usize {
    if threads > MOST_ON_TRANSFERS && Work::of(block).calls_below(CALL_GAS_FOR_MORE) {
        MOST_ON_TRANSFERS
    } else {
        threads
    }
}

/// What there is to compute, as far as it can be told beforehand.
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

    /// Whether calls have less than `gas` for each transfer.
    fn calls_below(&self, gas: u64) -> bool {
        self.call_gas < self.transfers.saturating_mul(gas)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bal::BlockAccessList, block::ForkSchedule, vm::TxEnv};
    use alloy_primitives::Bytes;

    fn choice(calls: usize, transfers: usize, threads: usize) -> (Executor, &'static str) {
        choose(
            &ExecuteOptions::default(),
            &block(calls, transfers, SpecId::OSAKA),
            threads,
        )
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
    fn a_list_is_used_where_it_helps_and_tells_everything() {
        let list = BlockAccessList::default();
        let with_list = |executor, calls, spec| {
            let options = ExecuteOptions {
                executor,
                access_list: Some(&list),
                ..Default::default()
            };
            choose(&options, &block(calls, 0, spec), 2).0
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
            Executor::Parallel
        );
        assert_eq!(with_list(Executor::Bal, 1, SpecId::SHANGHAI), Executor::Bal);
    }

    #[test]
    fn the_executor_follows_from_threads_and_work() {
        use Executor::{Parallel, Sequential};
        assert_eq!(choice(100, 0, 1), (Sequential, "one thread"));
        assert_eq!(choice(1, 0, 8), (Sequential, "one transaction"));
        assert_eq!(choice(18, 0, 8), (Sequential, "little to compute"));
        assert_eq!(choice(0, 500, 8), (Sequential, "little to compute"));
        let reason = "several threads and enough to compute";
        assert_eq!(choice(20, 0, 2), (Parallel, reason));
        assert_eq!(choice(100, 600, 2), (Parallel, reason));
        assert_eq!(choice(0, 5_000, 4), (Parallel, reason));
        let reason = "mostly plain transfers";
        assert_eq!(choice(10, 1_000, 16), (Sequential, reason));
        assert_eq!(choice(0, 5_000, 3), (Sequential, reason));
    }

    #[test]
    fn transfers_are_for_some_workers_and_calls_for_all() {
        let workers = |calls, transfers, threads| {
            super::workers(&block(calls, transfers, SpecId::OSAKA), threads)
        };
        assert_eq!(workers(100, 600, 16), 8);
        assert_eq!(workers(100, 600, 4), 4);
        assert_eq!(workers(100, 400, 16), 16);
    }
}
