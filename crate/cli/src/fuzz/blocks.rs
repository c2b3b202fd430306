//! Targets `blocks` and `mutations`: generated and mutated blocks.

use super::report::FuzzReport;
use crate::error::CliError;
use parevm::{
    Block, Engine, ExecuteOptions, Executor, MemoryState, execute::AccessListOutput,
    fixture::Fixture,
};
use parevm_testkit::{
    fixture,
    fuzz::{Case, Finding, Oracle, digest, generate, mutate, shrink},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

/// Number of seeds that mutate one recorded block before the next is loaded.
const SEEDS_PER_BLOCK: u64 = 32;
/// Time limit of shrinking.
const SHRINK_LIMIT: Duration = Duration::from_secs(60);
/// Executions of a case to see whether it still fails: thread schedules differ.
const TRIES: u64 = 12;

/// Executor of the targets' blocks.
pub(super) struct Blocks {
    oracle: Oracle,
    reader: Engine,
    paths: Vec<PathBuf>,
    /// Loaded block, with its position in `paths`.
    loaded: Option<(usize, Fixture)>,
}

impl Blocks {
    pub(super) fn new(threads: &[usize], folder: &Path) -> Result<Self, CliError> {
        let failed = |error: rayon::ThreadPoolBuildError| CliError::Threads(error.into());
        let paths = fixture::list(folder).map_err(|source| CliError::Folder {
            path: folder.to_owned(),
            source,
        })?;
        Ok(Self {
            oracle: Oracle::new(threads).map_err(failed)?,
            reader: crate::engine(None)?,
            paths,
            loaded: None,
        })
    }

    /// Checks the random block of `seed`.
    pub(super) fn generated(&self, seed: u64, report: &mut FuzzReport) {
        self.check(
            &format!("blocks {seed}"),
            seed,
            generate(seed),
            "blocks",
            report,
        );
    }

    /// Checks a recorded block, mutated with `seed`.
    pub(super) fn mutated(&mut self, seed: u64, report: &mut FuzzReport) -> Result<(), CliError> {
        if self.paths.is_empty() {
            return Ok(());
        }
        let at = (seed / SEEDS_PER_BLOCK) % self.paths.len() as u64;
        let at = usize::try_from(at).unwrap_or(0);
        if self.loaded.as_ref().is_none_or(|(loaded, _)| *loaded != at) {
            self.loaded = Some((at, fixture::load(&self.reader, &self.paths[at])?));
        }
        let Some((_, fixture)) = &self.loaded else {
            return Ok(());
        };
        let name = format!("mutations {seed} of {}", fixture::name(&self.paths[at]));
        self.check(&name, seed, mutate(seed, fixture), "mutations", report);
        Ok(())
    }

    fn check(
        &self,
        name: &str,
        seed: u64,
        case: Case<'_>,
        target: &'static str,
        report: &mut FuzzReport,
    ) {
        match self.oracle.check(&case.block, &case.state, seed) {
            Ok(counts) => report.add_block(target, case.fork(), counts),
            Err(finding) => {
                report.add_difference();
                err!("{name}: {finding}");
                let (case, finding) = self.shrunk(case, finding, seed);
                err!("{name}, shrunk: {finding}\n{case}");
                for (address, account, storage) in case.state.iter().take(30) {
                    err!("{address} {account:?} {storage:?}");
                }
            }
        }
    }

    fn shrunk<'a>(&self, case: Case<'a>, finding: Finding, seed: u64) -> (Case<'a>, Finding) {
        let end = Instant::now() + SHRINK_LIMIT;
        let fails = |block: &Block, state: &MemoryState| {
            // The parity of the seed decides whether there is a listener.
            let mut tries = (0..TRIES).map(|turn| seed.wrapping_add(2 * turn));
            tries.find_map(|seed| self.oracle.check(block, state, seed).err())
        };
        shrink(case, finding, fails, || Instant::now() < end)
    }
}

/// Prints the digest of each generated block's outcome, by seed: a file of the suite `made`.
pub(super) fn digests(first: u64, count: u64, threads: &[usize]) -> Result<ExitCode, CliError> {
    let engine = crate::engine(threads.first().copied())?;
    let options = ExecuteOptions {
        executor: Executor::Optimistic,
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    let mut digests = BTreeMap::new();
    for seed in first..first + count {
        let case = generate(seed);
        let outcome = engine
            .execute(&case.block, &*case.state, &options)
            .map_err(|source| CliError::Block {
                name: seed.to_string(),
                source,
            })?;
        digests.insert(seed, digest(&outcome));
    }
    out!("{}", serde_json::to_string_pretty(&digests)?);
    Ok(ExitCode::SUCCESS)
}
