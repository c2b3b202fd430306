//! Engine: executes blocks on a pool of threads.

mod plan;

use crate::{
    block::Block,
    execute::{
        BlockOutcome, ExecuteError, ExecuteOptions, ExecutionOutput, Executor, PartialResult,
        Sequential, StepError,
        bal::{self, ReplaySource},
        optimistic,
    },
    fixture::{Fixture, FixtureError},
    interrupt::Watch,
    state::StateSource,
    vm::{Bounds, Environment, OverlayInspector},
};
use plan::ExecutionPlan;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Engine that executes blocks, one at a time, on its own pool of threads.
#[derive(Debug)]
pub struct Engine {
    pool: ThreadPool,
    /// Key of the hash tables whose contents a block's author chooses.
    seed: u64,
}

impl Engine {
    /// Creates an engine with `threads` executing threads; 0 means one per core.
    ///
    /// # Errors
    ///
    /// The threads cannot be spawned.
    pub fn new(threads: usize) -> Result<Self, ThreadPoolBuildError> {
        Ok(Self::with_pool(
            ThreadPoolBuilder::new().num_threads(threads).build()?,
        ))
    }

    /// Creates an engine on an existing pool.
    #[must_use]
    pub fn with_pool(pool: ThreadPool) -> Self {
        // Without randomness the tables are correct, only not hardened.
        let seed = getrandom::u64().unwrap_or_default();
        Self { pool, seed }
    }

    /// Returns the number of executing threads.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Returns the pool of threads, for other parallel work such as the recovery of senders.
    #[must_use]
    pub fn pool(&self) -> &ThreadPool {
        &self.pool
    }

    /// Decodes a fixture as [`Fixture::from_json`], on this engine's threads.
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
    /// - [`ExecuteError::InvalidTransaction`] and others: the block is invalid. Do not retry.
    /// - [`ExecuteError::StateUnavailable`]: the source failed. Retrying may help.
    /// - [`ExecuteError::Cancelled`]: the caller's flag was set.
    pub fn execute(
        &self,
        block: &Block,
        state: &dyn StateSource,
        options: &ExecuteOptions<'_>,
    ) -> Result<BlockOutcome, ExecuteError> {
        self.execute_with(block, &Environment::new(block), state, options)
    }

    /// Executes `block` in `environment`: with custom precompiles ([`Environment::with_precompile`]) or
    /// custom limits.
    ///
    /// # Errors
    ///
    /// As [`Engine::execute`].
    pub fn execute_with(
        &self,
        block: &Block,
        environment: &Environment,
        state: &dyn StateSource,
        options: &ExecuteOptions<'_>,
    ) -> Result<BlockOutcome, ExecuteError> {
        let executed = self.run(block, environment, state, options)?;
        executed.into_outcome(environment)
    }

    /// Executes `block` sequentially and calls `inspector` at every step of the EVM; the inspector may change the
    /// execution. Ignores the executor in `options`. System calls are not inspected.
    ///
    /// # Errors
    ///
    /// As [`Engine::execute`].
    ///
    /// # Example
    ///
    /// ```
    /// use alloy_consensus::TxLegacy;
    /// use alloy_primitives::Address;
    /// use parevm::{
    ///     Block, Engine, ExecuteOptions, MemoryState,
    ///     block::{Header, ForkSchedule, Transaction},
    ///     state::Account,
    ///     vm::{Bytecode, Environment, Inspector, SpecId, revm::interpreter::Interpreter},
    /// };
    ///
    /// /// Counts the instructions of a block.
    /// #[derive(Default)]
    /// struct Steps(usize);
    ///
    /// impl<C> Inspector<C> for Steps {
    ///     fn step(&mut self, _interpreter: &mut Interpreter, _context: &mut C) {
    ///         self.0 += 1;
    ///     }
    /// }
    ///
    /// // PUSH1 1, PUSH1 2, ADD, STOP
    /// let code = Bytecode::new_legacy([0x60, 1, 0x60, 2, 0x01, 0x00].into());
    /// let adder = Address::with_last_byte(0xad);
    /// let mut state = MemoryState::default();
    /// let code_hash = state.insert_code(code);
    /// state.insert_account(adder, Account { code_hash, ..Default::default() });
    ///
    /// let call = TxLegacy { gas_limit: 30_000, to: adder.into(), ..Default::default() };
    /// let transaction = Transaction::new(&call.into(), Address::with_last_byte(0xaa));
    /// let header = Header { gas_limit: 30_000_000, ..Default::default() };
    /// let schedule = ForkSchedule::always(SpecId::BERLIN);
    /// let block = Block::new(1, schedule, header, vec![transaction]);
    ///
    /// let mut steps = Steps::default();
    /// let engine = Engine::new(1)?;
    /// let environment = Environment::new(&block);
    /// let options = ExecuteOptions::default();
    /// let outcome = engine.inspect(&block, &environment, &state, &options, &mut steps)?;
    /// assert_eq!(outcome.receipts[0].gas_used, 21_009);
    /// assert_eq!(steps.0, 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inspect<'a>(
        &self,
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        options: &ExecuteOptions<'a>,
        inspector: &mut OverlayInspector<'_, 'a>,
    ) -> Result<BlockOutcome, ExecuteError> {
        let mut run = Sequential::new(block, environment, state, options)?;
        // The records of the caller's inspector are unbounded.
        let mut bounds = Bounds::of_time(None);
        loop {
            match run.step_inspected(inspector, &mut bounds) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(StepError::Execute(error)) => return Err(error),
                Err(StepError::TooLarge) => {
                    return Err(ExecuteError::Bug {
                        invariant: "an inspector without bounds is not bounded",
                    });
                }
            }
        }
        run.finish("an inspector is attached")?
            .into_outcome(environment)
    }

    /// Executes `block` sequentially, with a `watch` that is polled within transactions.
    ///
    /// # Errors
    ///
    /// As [`Engine::execute`], and [`ExecuteError::Interrupted`].
    pub fn execute_watched<'a>(
        &self,
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        options: &ExecuteOptions<'a>,
        watch: Watch<'_>,
    ) -> Result<BlockOutcome, ExecuteError> {
        let mut run = Sequential::new(block, environment, state, options)?;
        while run.step_watched(Some(watch))?.is_some() {}
        run.finish("a watch is polled within transactions")?
            .into_outcome(environment)
    }

    /// Executes `block` without receipts and roots: the part of [`Engine::execute`] that benchmarks compare with
    /// plain revm. [`ExecutionOutput::into_outcome`] computes the rest.
    ///
    /// # Errors
    ///
    /// As [`Engine::execute`].
    pub fn run<'a>(
        &self,
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        options: &ExecuteOptions<'a>,
    ) -> Result<ExecutionOutput<'a>, ExecuteError> {
        self.run_from(
            ReplaySource::Pool(&self.pool),
            block,
            environment,
            state,
            options,
        )
    }

    /// Merges the partial results of `workers` engines that share no memory with this one. Each has executed some
    /// transactions of `block` by the access list in `options`. If the list fails its verification, or a partial result
    /// is missing, this engine executes the block.
    ///
    /// # Errors
    ///
    /// As [`Engine::execute`].
    pub fn merge(
        &self,
        block: &Block,
        state: &dyn StateSource,
        options: &ExecuteOptions<'_>,
        results: Vec<PartialResult>,
        workers: usize,
    ) -> Result<BlockOutcome, ExecuteError> {
        let environment = Environment::new(block);
        let source = ReplaySource::PartialResults { results, workers };
        let options = ExecuteOptions {
            executor: Executor::Bal,
            ..*options
        };
        let executed = self.run_from(source, block, &environment, state, &options)?;
        executed.into_outcome(&environment)
    }

    fn run_from<'a>(
        &self,
        source: ReplaySource<'_>,
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        options: &ExecuteOptions<'a>,
    ) -> Result<ExecutionOutput<'a>, ExecuteError> {
        let threads = self.threads();
        let plan = ExecutionPlan::new(options, block, environment, threads);
        let without_list = |plan: ExecutionPlan<'a>| {
            let options = ExecuteOptions {
                access_list: None,
                access_list_output: plan.output,
                ..*options
            };
            match plan.executor {
                Executor::Sequential => {
                    Sequential::new(block, environment, state, &options)?.run(plan.reason)
                }
                _ => {
                    let config = optimistic::OptimisticConfig {
                        pool: &self.pool,
                        workers: plan.workers,
                        seed: self.seed,
                    };
                    optimistic::run(block, environment, state, &options, config, plan.reason)
                }
            }
        };
        match plan.list {
            Some(list) => {
                let input = bal::Input {
                    block,
                    environment,
                    state,
                    list,
                };
                bal::run(input, options, source, plan.reason, || {
                    without_list(plan.without_list(block, threads))
                })
            }
            None => without_list(plan),
        }
    }
}
