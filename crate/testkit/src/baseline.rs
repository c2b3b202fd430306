//! Plain revm: one loop over an in-memory database. What parevm is measured against.

use crate::mended::Mended;
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use parevm::{
    Block, BlockOutcome, ExecuteError, Executor, MemoryState, StateSource,
    execute::{BlockExecution, ExecuteOptions, Executed, ExecutionReport, finish},
    state::{Account, Overlay, SourceError, StateDiff},
    system::{self, SystemResult},
    vm::{BlockContext, Bytecode, Environment, ExecutionResult, execute_error},
};
use revm::{
    Database, DatabaseCommit, DatabaseRef, ExecuteCommitEvm, MainBuilder,
    context::ContextTr,
    database::{AccountState, CacheDB},
    state::AccountInfo,
};

/// What a plain loop leaves behind: results in block order and the merged state.
#[derive(Debug)]
pub struct Plain<'a> {
    /// One result per transaction, in block order.
    pub results: Vec<ExecutionResult>,
    /// What the system calls returned.
    pub system: SystemResult,
    /// The state after the block, as a cache over the one before it.
    pub database: CacheDB<Below<'a>>,
}

/// A [`MemoryState`] as revm reads it.
#[derive(Clone, Copy, Debug)]
pub struct Below<'a>(pub(crate) &'a MemoryState);

/// Runs `block` on `state` as revm's own examples do: `transact_commit` in a loop, with a
/// [`CacheDB`].
///
/// # Errors
///
/// As [`parevm::Engine::execute`].
pub fn run<'a>(block: &Block, state: &'a MemoryState) -> Result<Plain<'a>, ExecuteError> {
    run_observed(block, state, |_| {})
}

/// The same, and `observe` is told the position of each transaction when it has run.
///
/// # Errors
///
/// As [`parevm::Engine::execute`].
pub fn run_observed<'a>(
    block: &Block,
    state: &'a MemoryState,
    observe: impl FnMut(usize),
) -> Result<Plain<'a>, ExecuteError> {
    let (results, system, database) = run_on(CacheDB::new(Below(state)), block, observe)?;
    Ok(Plain {
        results,
        system,
        database,
    })
}

/// The outcome of the same loop, to be compared with one of parevm. Two defects of the cache are mended
/// here: it brings back the storage of an account that destroyed itself and then is paid, and keeps
/// empty accounts.
///
/// # Errors
///
/// As [`parevm::Engine::execute`].
pub fn outcome(block: &Block, state: &MemoryState) -> Result<BlockOutcome, ExecuteError> {
    let mended = Mended::new(Below(state), Environment::new(block).spec());
    let (results, system, mended) = run_on(mended, block, |_| {})?;
    let plain = Plain {
        results,
        system,
        database: mended.cache,
    };
    plain.outcome(block)
}

fn run_on<DB>(
    mut database: DB,
    block: &Block,
    mut observe: impl FnMut(usize),
) -> Result<(Vec<ExecutionResult>, SystemResult, DB), ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    let environment = Environment::new(block);
    let before = system::pre_execution_changes(&mut database, block, &environment)?;
    let mut evm = BlockContext::new(database, environment.spec())
        .with_cfg(environment.cfg.clone())
        .with_block(environment.block.clone())
        .build_mainnet();
    let mut results = Vec::with_capacity(block.transactions.len());
    for (index, transaction) in block.transactions.iter().enumerate() {
        let result = evm
            .transact_commit(transaction.env.clone())
            .map_err(|error| execute_error(Some(index), error))?;
        results.push(result);
        observe(index);
    }
    let database = evm.ctx.db_mut();
    let logs = results.iter().map(|result| match result.is_success() {
        true => result.logs(),
        // A revert takes its logs back.
        false => &[],
    });
    let system = system::post_execution_changes(database, block, &environment, logs, before)?;
    Ok((results, system, evm.ctx.journaled_state.database))
}

impl Plain<'_> {
    fn outcome(self, block: &Block) -> Result<BlockOutcome, ExecuteError> {
        // The loop has applied the protocol's changes itself.
        let environment = Environment::new(block).without_protocol_changes();
        let diff = self
            .diff()
            .map_err(|source| ExecuteError::StateUnavailable {
                index: None,
                source,
            })?;
        let executions = self.results.len();
        let state = MemoryState::default();
        let mut unchanged = Overlay::new(&state, environment.spec());
        let options = ExecuteOptions::default();
        let mut execution = BlockExecution::begin(block, &environment, &options, &mut unchanged)?;
        for result in self.results {
            execution.commit_next(result)?;
        }
        let executed = Executed {
            execution,
            merged: diff.into(),
            system: self.system,
            block_access_list: None,
            report: ExecutionReport {
                executor: Executor::Sequential,
                reason: "plain revm".into(),
                bal_mismatch: None,
                threads: 1,
                executions,
                re_executions: 0,
                timeline: None,
            },
        };
        finish(&environment, executed)
    }

    fn diff(&self) -> Result<StateDiff, SourceError> {
        let below = self.database.db.0;
        let mut diff = StateDiff::default();
        for (address, cached) in &self.database.cache.accounts {
            let before = below.account(*address)?;
            let account = Account {
                balance: cached.info.balance,
                nonce: cached.info.nonce,
                code_hash: cached.info.code_hash,
            };
            let is_gone = cached.account_state == AccountState::NotExisting;
            let after = (!is_gone).then_some(account);
            let was_reset = matches!(
                cached.account_state,
                AccountState::StorageCleared | AccountState::NotExisting
            );
            let mut slots = Vec::with_capacity(cached.storage.len());
            for (slot, value) in &cached.storage {
                let old = if before.is_some() {
                    below.storage(*address, *slot)?
                } else {
                    U256::ZERO
                };
                slots.push((*slot, old, *value));
            }
            diff.insert(*address, before, after, was_reset, slots);
            let code_before = before.map_or(KECCAK256_EMPTY, |account| account.code_hash);
            if after.is_some_and(|account| account.code_hash != code_before)
                && let Some(code) = self.database.cache.contracts.get(&account.code_hash)
                && account.code_hash != KECCAK256_EMPTY
            {
                diff.codes.insert(account.code_hash, code.clone());
            }
        }
        Ok(diff)
    }
}

impl DatabaseRef for Below<'_> {
    type Error = SourceError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, SourceError> {
        Ok(self.0.account(address)?.map(|account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            account_id: None,
            // With the code at hand revm need not ask for it by hash. Absent code is an error only
            // if it is asked for.
            code: self.0.code(account.code_hash).ok(),
        }))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.0.code(code_hash)
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        self.0.storage(address, slot)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, SourceError> {
        self.0.block_hash(number)
    }
}
