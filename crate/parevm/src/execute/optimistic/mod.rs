//! Optimistic execution of a block on all threads, with the outcome of a sequential one.
//!
//! Transactions run on a multi-version memory. The read set of an execution is validated once all
//! lower transactions are committed; if that fails, the transaction is executed again. The
//! protocol, and the argument that every block ends, are in `parevm-stm`'s README; how revm reads
//! and writes that memory, in [`crate::vm`].

mod call_class;
mod committed;
pub(crate) mod program;

use super::{
    AccessListOutput, BlockExecution, ExecuteError, ExecuteOptions, ExecutionOutput,
    ExecutionReport, Executor, PostState, pool_workers::PoolWorkers, timeline,
    work_order::work_order,
};
use crate::{
    bal::{BalBuilder, BalRecorder},
    block::Block,
    state::StateSource,
    vm::{
        Environment,
        optimistic::{CodeStore, PredictedNonces, StateMemory},
    },
};
use alloy_eip7928::BlockAccessIndex;
use call_class::call_classes;
use committed::CommittedDatabase;
use parevm_stm::{
    ParallelExecution, ParallelExecutionError, SchedulingPolicy, TimelineRecorder, Workers,
};
use program::{BlockProgram, StartedBlock};
use rayon::ThreadPool;

/// Locations that most transactions add: sender and recipient.
const LOCATIONS: usize = 2;

/// Configuration of an optimistic execution.
pub(crate) struct OptimisticConfig<'p> {
    /// Threads.
    pub(crate) pool: &'p ThreadPool,
    /// Number of workers, at most the threads of `pool`.
    pub(crate) workers: usize,
    /// Key of the location hash. It changes no result; the block's author must not know it.
    pub(crate) seed: u64,
}

/// Executes `block` with `config`. `reason` is the reason for this executor.
///
/// # Errors
///
/// As [`Engine::execute`](crate::Engine::execute).
pub(crate) fn run<'a>(
    block: &'a Block,
    environment: &'a Environment,
    state: &'a dyn StateSource,
    options: &ExecuteOptions<'a>,
    config: OptimisticConfig<'_>,
    reason: &'static str,
) -> Result<ExecutionOutput<'a>, ExecuteError> {
    let unavailable = |source| ExecuteError::StateUnavailable {
        index: None,
        source,
    };
    let count = u32::try_from(block.transactions.len()).map_err(|_| ExecuteError::Bug {
        invariant: "a block has fewer than 2^32 transactions",
    })?;
    let clock = options.timeline.map(timeline::from_now);
    let recorder = clock.as_ref().map(|clock| TimelineRecorder::new(clock));
    let memory = StateMemory::with_capacity(
        config.seed,
        block.transactions.len().saturating_mul(LOCATIONS),
    );
    let workers = PoolWorkers::new(config.pool, config.workers);
    let transactions = &block.transactions;
    let order = || work_order(transactions, workers.count(), SchedulingPolicy::OPTIMISTIC);
    let (nonces, (order, classes)) = workers.both(
        transactions.len(),
        || PredictedNonces::new(transactions),
        || (order(), call_classes(transactions)),
    );
    let epochs = memory.epochs(count);
    let codes = CodeStore::default();
    let spec = environment.spec();

    let mut database = BalRecorder {
        database: CommittedDatabase::new(&memory, state, &codes, spec, epochs.pre_execution()),
        index: BlockAccessIndex::PRE_EXECUTION,
        list: (options.access_list_output == AccessListOutput::Returned).then(BalBuilder::default),
    };
    let execution = BlockExecution::begin(block, environment, options, &mut database)?;
    let list = database.list.take();
    database.database.finish().map_err(unavailable)?;
    let started = StartedBlock {
        execution,
        list,
        codes,
    };
    let program = BlockProgram::new(block, environment, state, options, nonces, epochs, started);

    let parallel = ParallelExecution::new(&program, &memory, order, workers.count());
    let mut parallel = parallel.with_call_classes(classes);
    if let Some(recorder) = &recorder {
        parallel = parallel.with_recorder(recorder);
    }
    let stats = parallel.execute(&workers).map_err(execute_error)?;

    let mut database = BalRecorder {
        database: CommittedDatabase::new(
            &memory,
            state,
            program.codes(),
            spec,
            epochs.post_execution(),
        ),
        index: BlockAccessIndex::from_tx_index(count.into()),
        list: program.take_list(),
    };
    let system = program.execution().finish(&mut database)?;
    let block_access_list = database.list.map(BalBuilder::finish);
    database.database.finish().map_err(unavailable)?;

    let report = ExecutionReport {
        executor: Executor::Optimistic,
        reason: reason.into(),
        bal_mismatch: None,
        threads: workers.count(),
        executions: stats.executions as usize,
        re_executions: stats.re_executions as usize,
        timeline: recorder.map(|recorder| {
            timeline::incarnations(&recorder, |visit| memory.for_each_location(visit))
        }),
    };
    let (execution, codes) = program.into_parts();
    Ok(ExecutionOutput {
        execution,
        post_state: PostState::from_memory(memory, codes),
        system,
        block_access_list,
        report,
    })
}

fn execute_error(error: ParallelExecutionError<ExecuteError>) -> ExecuteError {
    match error {
        ParallelExecutionError::Failed { source, .. } => source,
        ParallelExecutionError::Cancelled { committed } => ExecuteError::Cancelled {
            committed: committed as usize,
        },
        ParallelExecutionError::Bug { invariant } => ExecuteError::Bug { invariant },
    }
}
