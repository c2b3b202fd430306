//! Runs a block in every way there is and compares.

use super::appeal;
use crate::{baseline, compare::difference, random::Random};
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

/// Runs blocks in order, in parallel and by their list, and compares.
#[derive(Debug)]
pub struct Oracle {
    /// One thread.
    in_order: Engine,
    engines: Vec<Engine>,
}

/// Two ways to run a block that do not leave the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which way is wrong, if the other is right.
    pub way: String,
    /// The first difference.
    pub words: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.way, self.words)
    }
}

/// What was run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Blocks.
    pub blocks: u64,
    /// Their transactions.
    pub transactions: u64,
    /// Blocks that are invalid, as every way says.
    pub refused: u64,
    /// Runs of whole blocks in all ways.
    pub runs: u64,
    /// Runs by an access list to the end.
    pub by_list: u64,
    /// Runs of transactions, in parallel or by the list.
    pub executions: u64,
    /// Those beyond the first of each transaction.
    pub re_executions: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.blocks += other.blocks;
        self.transactions += other.transactions;
        self.refused += other.refused;
        self.runs += other.runs;
        self.by_list += other.by_list;
        self.executions += other.executions;
        self.re_executions += other.re_executions;
    }
}

impl Oracle {
    /// An oracle that runs blocks in parallel on each of these numbers of threads.
    ///
    /// # Errors
    ///
    /// When the threads cannot be spawned.
    pub fn new(threads: &[usize]) -> Result<Self, ThreadPoolBuildError> {
        Ok(Self {
            in_order: Engine::new(1)?,
            engines: threads
                .iter()
                .map(|threads| Engine::new(*threads))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Runs `block` in every way. `seed` chooses what is varied beside: how a list is made wrong, who
    /// listens.
    ///
    /// # Errors
    ///
    /// The first [`Finding`]; a panic is one.
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
        let plain = baseline::outcome(block, state);
        let expected = self.in_order.execute(block, state, &options);
        counts.runs += 2;
        let words = match (&expected, &plain) {
            (Ok(left), Ok(right)) => difference(left, right),
            (Err(refusal), _) => appeal::hear(block, state, refusal, &plain),
            (Ok(_), Err(error)) => Some(format!("plain revm refuses with {error:?}")),
        };
        found("in order, beside plain revm", words)?;
        counts.refused += u64::from(expected.is_err());
        let list = expected.as_ref().ok();
        let list = list.and_then(|outcome| outcome.block_access_list.as_ref());
        let wrong = list.map(|list| tampered(list, seed));
        for engine in &self.engines {
            let threads = engine.threads();
            options.executor = Executor::Optimistic;
            options.access_list = None;
            let ran = with_listener(engine, block, state, &options, seed);
            let ran = ran.map_err(|words| Finding {
                way: format!("receipts told, {threads} threads"),
                words,
            })?;
            let way = format!("in parallel, {threads} threads");
            found(&way, compare_runs(&ran, &expected))?;
            count(&mut counts, &ran);
            let Some(list) = list else { continue };
            options.executor = Executor::Bal;
            options.access_list = Some(list);
            let ran = engine.execute(block, state, &options);
            let way = format!("by the list, {threads} threads");
            found(&way, compare_runs(&ran, &expected))?;
            found(&way, refused_list(&ran, environment_spec(block)))?;
            count(&mut counts, &ran);
            options.access_list = wrong.as_ref();
            let ran = engine.execute(block, state, &options);
            let way = format!("by a wrong list, {threads} threads");
            found(&way, compare_runs(&ran, &expected))?;
            count(&mut counts, &ran);
        }
        for list in [list, wrong.as_ref()].into_iter().flatten() {
            if let Some(ran) = self.in_chunks(block, state, list) {
                found("in chunks", compare_runs(&ran, &expected))?;
                count(&mut counts, &ran);
            }
        }
        Ok(counts)
    }

    /// Runs `block` as engines do that share no memory; `None` where the list is of no use.
    fn in_chunks(&self, block: &Block, state: &MemoryState, list: &BlockAccessList) -> Option<Ran> {
        let environment = Environment::new(block);
        let listed = BalBlock::new(block, &environment, state, list).ok()?;
        let mut runs = [listed.start(), listed.start()];
        for (at, transactions) in batches(block, 2).iter().enumerate() {
            runs[at % 2].run(transactions).ok()?;
        }
        let chunks = runs.map(|run| PartialResult::decode(&run.finish().encode()));
        let chunks = chunks.into_iter().collect::<Result<_, _>>().ok()?;
        let options = ExecuteOptions {
            access_list: Some(list),
            access_list_output: AccessListOutput::Returned,
            ..Default::default()
        };
        Some(self.in_order.merge(block, state, &options, chunks, 2))
    }
}

/// Runs `block`, with every other seed under the eyes of a listener, who must be told the receipts.
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
    let told = |receipt: &Receipt| {
        let mut receipts = receipts.lock().unwrap_or_else(PoisonError::into_inner);
        receipts.push(receipt.clone());
    };
    let options = ExecuteOptions {
        on_receipt: Some(&told),
        ..*options
    };
    let ran = engine.execute(block, state, &options);
    let told = receipts
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    match &ran {
        Ok(outcome) if outcome.receipts != told => {
            Err(format!("{told:?} and {:?}", outcome.receipts))
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
        (Err(ran), Err(expected)) if appeal::same(ran, expected) => None,
        (Err(ran), Err(expected)) => Some(format!("{ran:?} and {expected:?}")),
        (Ok(_), Err(expected)) => Some(format!("runs what is refused with {expected:?}")),
        (Err(ran), Ok(_)) => Some(format!("refuses with {ran:?}")),
    }
}

/// Why a right list was not run by, where there is no good reason.
fn refused_list(ran: &Ran, spec: SpecId) -> Option<String> {
    let mismatch = ran.as_ref().ok()?.report.bal_mismatch.as_ref()?;
    let is_reason = match mismatch {
        BalMismatch::EmptyAccount { .. } | BalMismatch::Malformed(_) => true,
        BalMismatch::Fork | BalMismatch::StorageReset { .. } => !spec.is_enabled_in(SpecId::CANCUN),
        _ => false,
    };
    (!is_reason).then(|| format!("a right list is refused: {mismatch}"))
}

fn environment_spec(block: &Block) -> SpecId {
    block
        .schedule
        .spec(block.header.number, block.header.timestamp)
}

fn count(counts: &mut Counts, ran: &Ran) {
    counts.runs += 1;
    if let Ok(outcome) = ran {
        let schedule = &outcome.report;
        counts.by_list += u64::from(schedule.executor == Executor::Bal);
        counts.executions += schedule.executions as u64;
        counts.re_executions += schedule.re_executions as u64;
    }
}

/// `list` with one entry changed.
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
