//! Reference loop: plain revm over an in-memory database, to which parevm is compared.

use crate::corrected_cache::CorrectedCacheDb;
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use parevm::{
    Block, BlockOutcome, ExecuteError, Executor, MemoryState, StateSource,
    execute::{BlockExecution, ExecuteOptions, ExecutionOutput, ExecutionReport},
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

/// Output of the reference loop: results in block order and the state after the block.
#[derive(Debug)]
pub struct ReferenceRun<'a> {
    /// One result per transaction, in block order.
    pub results: Vec<ExecutionResult>,
    /// Result of the protocol changes.
    pub system: SystemResult,
    /// State after the block, as a cache over the state before it.
    pub database: CacheDB<MemoryStateRef<'a>>,
}

/// [`MemoryState`] as a database of revm.
#[derive(Clone, Copy, Debug)]
pub struct MemoryStateRef<'a>(pub(crate) &'a MemoryState);

/// Executes `block` on `state` as the examples of revm do: `transact_commit` in a loop, on a [`CacheDB`].
///
/// # Errors
///
/// As [`parevm::Engine::execute`].
pub fn run<'a>(block: &Block, state: &'a MemoryState) -> Result<ReferenceRun<'a>, ExecuteError> {
    run_observed(block, state, |_| {})
}

/// As [`run`]; calls `observe` with the position of each executed transaction.
///
/// # Errors
///
/// As [`parevm::Engine::execute`].
pub fn run_observed<'a>(
    block: &Block,
    state: &'a MemoryState,
    observe: impl FnMut(usize),
) -> Result<ReferenceRun<'a>, ExecuteError> {
    let (results, system, database) = run_on(CacheDB::new(MemoryStateRef(state)), block, observe)?;
    Ok(ReferenceRun {
        results,
        system,
        database,
    })
}

/// Returns the outcome of the reference loop, for comparison with that of parevm. Two defects of [`CacheDB`] are
/// corrected: it restores the storage of a self-destructed account that later receives a payment, and keeps empty
/// accounts.
///
/// # Errors
///
/// As [`parevm::Engine::execute`].
pub fn outcome(block: &Block, state: &MemoryState) -> Result<BlockOutcome, ExecuteError> {
    let database = CorrectedCacheDb::new(MemoryStateRef(state), Environment::new(block).spec());
    let (results, system, database) = run_on(database, block, |_| {})?;
    let run = ReferenceRun {
        results,
        system,
        database: database.cache,
    };
    run.outcome(block)
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
        // A revert discards the logs.
        false => &[],
    });
    let system = system::post_execution_changes(database, block, &environment, logs, before)?;
    Ok((results, system, evm.ctx.journaled_state.database))
}

impl ReferenceRun<'_> {
    fn outcome(self, block: &Block) -> Result<BlockOutcome, ExecuteError> {
        // The loop has applied the protocol changes.
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
        let executed = ExecutionOutput {
            execution,
            post_state: diff.into(),
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
        executed.into_outcome(&environment)
    }

    fn diff(&self) -> Result<StateDiff, SourceError> {
        let before_block = self.database.db.0;
        let mut diff = StateDiff::default();
        for (address, cached) in &self.database.cache.accounts {
            let before = before_block.account(*address)?;
            let account = Account {
                balance: cached.info.balance,
                nonce: cached.info.nonce,
                code_hash: cached.info.code_hash,
            };
            let is_deleted = cached.account_state == AccountState::NotExisting;
            let after = (!is_deleted).then_some(account);
            let was_reset = matches!(
                cached.account_state,
                AccountState::StorageCleared | AccountState::NotExisting
            );
            let mut slots = Vec::with_capacity(cached.storage.len());
            for (slot, value) in &cached.storage {
                let old = if before.is_some() {
                    before_block.storage(*address, *slot)?
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

impl DatabaseRef for MemoryStateRef<'_> {
    type Error = SourceError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, SourceError> {
        Ok(self.0.account(address)?.map(|account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            account_id: None,
            // With the code revm skips the lookup by hash. Absent code is an error only if it is read.
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
