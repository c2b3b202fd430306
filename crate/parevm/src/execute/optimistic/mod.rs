//! All transactions at once, optimistically, with the result of running them in
//! order.
//!
//! Transactions run on a multi-version memory; what a run has read is checked
//! when all lower transactions are final, and a run that read something else is
//! done again. How, and why every block ends, is told in `parevm-stm`'s README;
//! how revm reads and writes that memory, in [`crate::vm`].

use super::{
    AccessListOutput, BlockExecution, ExecuteError, ExecuteOptions, Executed, Executor, Merged,
    ScheduleReport, choose, pool::Pool, timeline,
};
use crate::{
    bal::{ListBuilder, Recording},
    block::Block,
    state::StateSource,
    vm::{
        Environment,
        parallel::{
            Begun, BlockProgram, CodeStore, Nonces, SettledDatabase, StateMemory, claims, kinds,
        },
    },
};
use alloy_eip7928::BlockAccessIndex;
use parevm_stm::{Recorder, Run, RunError, Workers};
use rayon::ThreadPool;

/// Locations that a transaction adds at least, mostly: sender and receiver.
const LOCATIONS: usize = 2;

/// Runs `block` on the threads of `pool`: on all, unless that would take longer.
///
/// `seed` keys the hash of locations and changes no result; it should not be
/// known to who made the block. `reason` says why this executor was chosen.
///
/// # Errors
///
/// As [`Engine::execute`](crate::Engine::execute).
pub(crate) fn run<'a>(
    block: &'a Block,
    environment: &'a Environment,
    state: &'a dyn StateSource,
    options: &ExecuteOptions<'a>,
    pool: &ThreadPool,
    seed: u64,
    reason: &'static str,
) -> Result<Executed<'a>, ExecuteError> {
    let unavailable = |source| ExecuteError::StateUnavailable {
        index: None,
        source,
    };
    let count = u32::try_from(block.transactions.len()).map_err(|_| ExecuteError::Bug {
        invariant: "a block's transactions can be counted",
    })?;
    let clock = options.timeline.map(timeline::from_now);
    let recorder = clock.as_ref().map(|clock| Recorder::new(clock));
    let memory =
        StateMemory::with_capacity(seed, block.transactions.len().saturating_mul(LOCATIONS));
    let workers = Pool::new(pool, choose::workers(block, pool.current_num_threads()));
    let transactions = &block.transactions;
    let (nonces, (claims, kinds)) = workers.both(
        transactions.len(),
        || Nonces::new(transactions),
        || (claims(transactions, workers.count()), kinds(transactions)),
    );
    let epochs = memory.epochs(count);
    let codes = CodeStore::default();
    let spec = environment.spec();

    let mut database = Recording {
        database: SettledDatabase::new(&memory, state, &codes, spec, epochs.before()),
        index: BlockAccessIndex::PRE_EXECUTION,
        list: (options.access_list_output == AccessListOutput::Returned).then(ListBuilder::default),
    };
    let execution = BlockExecution::begin(block, environment, options, &mut database)?;
    let list = database.list.take();
    database.database.finish().map_err(unavailable)?;
    let begun = Begun {
        execution,
        list,
        codes,
    };
    let program = BlockProgram::new(block, environment, state, options, nonces, epochs, begun);

    let mut run = Run::new(&program, &memory, claims, workers.count()).predicted_by(kinds);
    if let Some(recorder) = &recorder {
        run = run.recorded_by(recorder);
    }
    let stats = run.execute(&workers).map_err(execute_error)?;

    let mut database = Recording {
        database: SettledDatabase::new(&memory, state, program.codes(), spec, epochs.after()),
        index: BlockAccessIndex::from_tx_index(count.into()),
        list: program.take_list(),
    };
    let system = program.execution().finish(&mut database)?;
    let block_access_list = database.list.map(ListBuilder::finish);
    database.database.finish().map_err(unavailable)?;

    let schedule = ScheduleReport {
        executor: Executor::Parallel,
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
    Ok(Executed {
        execution,
        merged: Merged::in_memory(memory, codes),
        system,
        block_access_list,
        schedule,
    })
}

fn execute_error(error: RunError<ExecuteError>) -> ExecuteError {
    match error {
        RunError::Failed { source, .. } => source,
        RunError::Cancelled { settled } => ExecuteError::Cancelled {
            committed: settled as usize,
        },
        RunError::Bug { invariant } => ExecuteError::Bug { invariant },
    }
}
