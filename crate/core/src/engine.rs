//! The door: a pool of threads that executes blocks.

use crate::{
    block::{Block, Fixture, FixtureError},
    execute::{
        AccessListOutput, BlockOutcome, ExecuteError, ExecuteOptions, Executed, Executor,
        Sequential, bal,
        choose::{choose, choose_by_work},
        finish, parallel,
    },
    state::StateSource,
    vm::Environment,
};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Executes blocks, one at a time, on a pool of threads of its own.
#[derive(Debug)]
pub struct Engine {
    pool: ThreadPool,
    /// Keys the hash tables that hold what a block's author chose.
    seed: u64,
}

impl Engine {
    /// An engine with `threads` executing threads; 0 means one per core.
    ///
    /// # Errors
    ///
    /// When the threads cannot be spawned.
    pub fn new(threads: usize) -> Result<Self, ThreadPoolBuildError> {
        Ok(Self::with_pool(
            ThreadPoolBuilder::new().num_threads(threads).build()?,
        ))
    }

    /// An engine on a pool that the host has built.
    #[must_use]
    pub fn with_pool(pool: ThreadPool) -> Self {
        // Without randomness the tables are right, only not hardened.
        let seed = getrandom::u64().unwrap_or_default();
        Self { pool, seed }
    }

    /// Number of executing threads.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// The pool, for work beside execution such as the recovery of senders.
    #[must_use]
    pub fn pool(&self) -> &ThreadPool {
        &self.pool
    }

    /// Reads a fixture as [`Fixture::from_json`] does, with this engine's threads.
    ///
    /// # Errors
    ///
    /// [`FixtureError`], which names the field or the transaction.
    pub fn read_fixture(&self, text: &[u8]) -> Result<Fixture, FixtureError> {
        self.pool.install(|| Fixture::from_json(text))
    }

    /// Executes `block` on the state before it.
    ///
    /// The outcome is the same for every executor and any number of threads. Gas is in gas units,
    /// balances and fees in wei.
    ///
    /// # Errors
    ///
    /// - [`ExecuteError::InvalidTransaction`] and others that name the block: it is wrong, do not retry.
    /// - [`ExecuteError::StateUnavailable`]: the source failed. Retrying may help.
    /// - [`ExecuteError::Cancelled`]: the caller's flag was set.
    pub fn execute<S: StateSource>(
        &self,
        block: &Block,
        state: &S,
        options: &ExecuteOptions<'_>,
    ) -> Result<BlockOutcome, ExecuteError> {
        let environment = Environment::new(block);
        let executed = self.run(block, &environment, state, options)?;
        finish(&environment, executed)
    }

    /// Runs `block` up to results in block order and the merged change of the state: the part of
    /// [`Engine::execute`] that is compared with plain revm. Receipts and roots are left to
    /// [`finish`].
    ///
    /// # Errors
    ///
    /// As [`Engine::execute`].
    pub fn run<'a, S: StateSource>(
        &self,
        block: &'a Block,
        environment: &'a Environment,
        state: &'a S,
        options: &ExecuteOptions<'a>,
    ) -> Result<Executed<'a>, ExecuteError> {
        let (executor, reason) = choose(options, block, self.threads());
        let without_list = |executor, options: &ExecuteOptions<'a>| match executor {
            Executor::Sequential => Sequential::run(block, environment, state, options, reason),
            _ => parallel::run(
                block,
                environment,
                state,
                options,
                &self.pool,
                self.seed,
                reason,
            ),
        };
        match (executor, options.access_list) {
            (Executor::Bal, Some(list)) => {
                let input = bal::Input {
                    block,
                    environment,
                    state,
                    list,
                };
                bal::run(input, options, &self.pool, reason, |options| {
                    without_list(choose_by_work(block, self.threads()).0, options)
                })
            }
            _ if options.executor == Executor::Bal => {
                let options = ExecuteOptions {
                    access_list_output: AccessListOutput::Returned,
                    ..*options
                };
                without_list(executor, &options)
            }
            _ => without_list(executor, options),
        }
    }
}
