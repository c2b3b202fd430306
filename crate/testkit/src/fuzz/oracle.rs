//! Oracle: executes a block in every way and compares the outcomes.

use super::rejection;
use crate::{compare::difference, random::Random, reference};
use alloy_primitives::U256;
use parevm::{
    Block, BlockAccessList, BlockOutcome, Engine, ExecuteError, ExecuteOptions, Executor,
    MemoryState,
    bal::BalMismatch,
    execute::{AccessListOutput, BalBlock, PartialResult, Receipt, batches},
    vm::{Environment, SpecId},
};
use rayon::ThreadPoolBuildError;
use std::{
    fmt,
    ops::AddAssign,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
};

type Ran = Result<BlockOutcome, ExecuteError>;

/// Oracle that executes blocks sequentially, in parallel and by access list, and compares the outcomes.
#[derive(Debug)]
pub struct Oracle {
    /// Engine with one thread.
    sequential: Engine,
    engines: Vec<Engine>,
}

/// Difference between two ways to execute a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Way that is wrong, if the expected outcome is right.
    pub way: String,
    /// First difference.
    pub words: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.way, self.words)
    }
}

/// Counts of executed blocks and transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Blocks.
    pub blocks: u64,
    /// Transactions of these blocks.
    pub transactions: u64,
    /// Blocks that every way rejects.
    pub rejected: u64,
    /// Executions of blocks, in all ways.
    pub runs: u64,
    /// Executions of blocks by a verified access list.
    pub by_list: u64,
    /// Executions of transactions, in parallel or by access list.
    pub executions: u64,
    /// Executions beyond the first of each transaction.
    pub re_executions: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.blocks += other.blocks;
        self.transactions += other.transactions;
        self.rejected += other.rejected;
        self.runs += other.runs;
        self.by_list += other.by_list;
        self.executions += other.executions;
        self.re_executions += other.re_executions;
    }
}

impl Oracle {
    /// Creates an oracle that executes blocks in parallel on each of these numbers of threads.
    ///
    /// # Errors
    ///
    /// The threads cannot be spawned.
    pub fn new(threads: &[usize]) -> Result<Self, ThreadPoolBuildError> {
        Ok(Self {
            sequential: Engine::new(1)?,
            engines: threads
                .iter()
                .map(|threads| Engine::new(*threads))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Executes `block` in every way. `seed` chooses the change that makes a list wrong, and whether there is a
    /// listener.
    ///
    /// # Errors
    ///
    /// The first [`Finding`]; a panic is a finding, too.
    pub fn check(&self, block: &Block, state: &MemoryState, seed: u64) -> Result<Counts, Finding> {
        catch_unwind(AssertUnwindSafe(|| self.compare(block, state, seed))).unwrap_or_else(
            |panic| {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.into()));
                Err(Finding {
                    way: "panic".into(),
                    words: text.unwrap_or_default(),
                })
            },
        )
    }

    fn compare(&self, block: &Block, state: &MemoryState, seed: u64) -> Result<Counts, Finding> {
        let mut counts = Counts {
            blocks: 1,
            transactions: block.transactions.len() as u64,
            ..Counts::default()
        };
        let mut options = ExecuteOptions {
            executor: Executor::Sequential,
            access_list_output: AccessListOutput::Returned,
            ..Default::default()
        };
        let plain = reference::outcome(block, state);
        let expected = self.sequential.execute(block, state, &options);
        counts.runs += 2;
        let words = match (&expected, &plain) {
            (Ok(left), Ok(right)) => difference(left, right),
            (Err(error), _) => rejection::unconfirmed(block, state, error, &plain),
            (Ok(_), Err(error)) => Some(format!("plain revm rejects it with {error:?}")),
        };
        found("sequential, against plain revm", words)?;
        counts.rejected += u64::from(expected.is_err());
        let list = expected.as_ref().ok();
        let list = list.and_then(|outcome| outcome.block_access_list.as_ref());
        let wrong = list.map(|list| tampered(list, seed));
        for engine in &self.engines {
            let threads = engine.threads();
            options.executor = Executor::Optimistic;
            options.access_list = None;
            let ran = with_listener(engine, block, state, &options, seed);
            let ran = ran.map_err(|words| Finding {
                way: format!("receipts of the listener, {threads} threads"),
                words,
            })?;
            let way = format!("in parallel, {threads} threads");
            found(&way, compare_runs(&ran, &expected))?;
            count(&mut counts, &ran);
            let Some(list) = list else { continue };
            options.executor = Executor::Bal;
            options.access_list = Some(list);
            let ran = engine.execute(block, state, &options);
            let way = format!("by access list, {threads} threads");
            found(&way, compare_runs(&ran, &expected))?;
            found(&way, mismatch_of_valid_list(&ran, environment_spec(block)))?;
            count(&mut counts, &ran);
            options.access_list = wrong.as_ref();
            let ran = engine.execute(block, state, &options);
            let way = format!("by a wrong access list, {threads} threads");
            found(&way, compare_runs(&ran, &expected))?;
            count(&mut counts, &ran);
        }
        for list in [list, wrong.as_ref()].into_iter().flatten() {
            if let Some(ran) = self.merged(block, state, list) {
                found("merged partial results", compare_runs(&ran, &expected))?;
                count(&mut counts, &ran);
            }
        }
        Ok(counts)
    }

    /// Executes `block` as engines without shared memory do; `None` if the list cannot be used.
    fn merged(&self, block: &Block, state: &MemoryState, list: &BlockAccessList) -> Option<Ran> {
        let environment = Environment::new(block);
        let bal_block = BalBlock::new(block, &environment, state, list).ok()?;
        let mut workers = [bal_block.worker(), bal_block.worker()];
        for (at, transactions) in batches(block, 2).iter().enumerate() {
            workers[at % 2].run(transactions).ok()?;
        }
        let results = workers.map(|worker| PartialResult::decode(&worker.finish().encode()));
        let results = results.into_iter().collect::<Result<_, _>>().ok()?;
        let options = ExecuteOptions {
            access_list: Some(list),
            access_list_output: AccessListOutput::Returned,
            ..Default::default()
        };
        Some(self.sequential.merge(block, state, &options, results, 2))
    }
}

/// Executes `block`; with every other seed a listener must receive the receipts of the outcome.
fn with_listener(
    engine: &Engine,
    block: &Block,
    state: &MemoryState,
    options: &ExecuteOptions<'_>,
    seed: u64,
) -> Result<Ran, String> {
    if seed.is_multiple_of(2) {
        return Ok(engine.execute(block, state, options));
    }
    let receipts = Mutex::new(Vec::new());
    let on_receipt = |receipt: &Receipt| {
        let mut receipts = receipts.lock().unwrap_or_else(PoisonError::into_inner);
        receipts.push(receipt.clone());
    };
    let options = ExecuteOptions {
        on_receipt: Some(&on_receipt),
        ..*options
    };
    let ran = engine.execute(block, state, &options);
    let received = receipts
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    match &ran {
        Ok(outcome) if outcome.receipts != received => {
            Err(format!("{received:?} and {:?}", outcome.receipts))
        }
        _ => Ok(ran),
    }
}

fn found(way: &str, words: Option<String>) -> Result<(), Finding> {
    words.map_or(Ok(()), |words| {
        Err(Finding {
            way: way.to_owned(),
            words,
        })
    })
}

fn compare_runs(ran: &Ran, expected: &Ran) -> Option<String> {
    match (ran, expected) {
        (Ok(ran), Ok(expected)) => difference(ran, expected).or_else(|| {
            let differs = ran.block_access_list != expected.block_access_list;
            differs.then(|| "the access lists differ".to_owned())
        }),
        (Err(ran), Err(expected)) if rejection::same(ran, expected) => None,
        (Err(ran), Err(expected)) => Some(format!("{ran:?} and {expected:?}")),
        (Ok(_), Err(expected)) => Some(format!("accepted, expected {expected:?}")),
        (Err(ran), Ok(_)) => Some(format!("rejected with {ran:?}")),
    }
}

/// Returns the mismatch of a valid list, unless the list cannot express the block.
fn mismatch_of_valid_list(ran: &Ran, spec: SpecId) -> Option<String> {
    let mismatch = ran.as_ref().ok()?.report.bal_mismatch.as_ref()?;
    let is_expected = match mismatch {
        BalMismatch::EmptyAccount { .. } | BalMismatch::Malformed(_) => true,
        BalMismatch::Fork | BalMismatch::StorageReset { .. } => !spec.is_enabled_in(SpecId::CANCUN),
        _ => false,
    };
    (!is_expected).then(|| format!("a valid access list was rejected: {mismatch}"))
}

fn environment_spec(block: &Block) -> SpecId {
    block
        .schedule
        .spec(block.header.number, block.header.timestamp)
}

fn count(counts: &mut Counts, ran: &Ran) {
    counts.runs += 1;
    if let Ok(outcome) = ran {
        let report = &outcome.report;
        counts.by_list += u64::from(report.executor == Executor::Bal);
        counts.executions += report.executions as u64;
        counts.re_executions += report.re_executions as u64;
    }
}

/// Returns `list` with one entry changed.
fn tampered(list: &BlockAccessList, seed: u64) -> BlockAccessList {
    let mut random = Random::new(seed);
    let mut list = list.clone();
    let accounts = list.accounts_mut();
    if accounts.is_empty() {
        return list;
    }
    let at = usize::try_from(random.below(accounts.len() as u64)).unwrap_or(0);
    let account = &mut accounts[at];
    match random.below(9) {
        0 => {
            accounts.remove(at);
        }
        1 => accounts.reverse(),
        2 => account.storage_reads.push(U256::MAX),
        3 => account.storage_reads.clear(),
        4 => account.storage_changes.clear(),
        5 => {
            if let Some(change) = account.balance_changes.last_mut() {
                change.post_balance = change.post_balance.wrapping_add(U256::ONE);
            }
        }
        6 => {
            if let Some(change) = account.nonce_changes.first_mut() {
                change.new_nonce = change.new_nonce.wrapping_add(1);
            }
        }
        7 => {
            let slots = account.storage_changes.iter_mut();
            for change in slots.flat_map(|slot| &mut slot.changes) {
                change.new_value = change.new_value.wrapping_add(U256::ONE);
            }
        }
        _ => account.balance_changes.clear(),
    }
    list
}
