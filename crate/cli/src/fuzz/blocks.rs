//! Blocks, made or spoilt.

use super::report::Report;
use crate::error::CliError;
use parevm::{
    Block, Engine, ExecuteOptions, Executor, MemoryState, execute::AccessListOutput,
    fixture::Fixture,
};
use parevm_testkit::{
    fixture,
    fuzz::{Case, Finding, Oracle, digest, made, mutate, shrink},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

/// A recorded block is spoilt with so many seeds before the next one is read.
const SEEDS_OF_A_BLOCK: u64 = 32;
/// How long a case may be made smaller.
const SHRINKING: Duration = Duration::from_secs(60);
/// How often a case is run to see whether it still fails: what threads do differs from run to run.
const TRIES: u64 = 12;

/// Runs blocks of seeds.
pub(super) struct Blocks {
    oracle: Oracle,
    reader: Engine,
    paths: Vec<PathBuf>,
    /// The recorded block that is spoilt now, and which one it is.
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

    /// The random block of `seed`.
    pub(super) fn made(&self, seed: u64, report: &mut Report) {
        self.check(
            &format!("blocks {seed}"),
            seed,
            made(seed),
            "blocks",
            report,
        );
    }

    /// A recorded block, spoilt by `seed`.
    pub(super) fn mutated(&mut self, seed: u64, report: &mut Report) -> Result<(), CliError> {
        if self.paths.is_empty() {
            return Ok(());
        }
        let at = (seed / SEEDS_OF_A_BLOCK) % self.paths.len() as u64;
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
        report: &mut Report,
    ) {
        match self.oracle.check(&case.block, &case.state, seed) {
            Ok(counts) => report.ran(target, case.fork(), counts),
            Err(finding) => {
                report.differs();
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
        let end = Instant::now() + SHRINKING;
        let fails = |block: &Block, state: &MemoryState| {
            // The parity chooses who listens.
            let mut tries = (0..TRIES).map(|turn| seed.wrapping_add(2 * turn));
            tries.find_map(|seed| self.oracle.check(block, state, seed).err())
        };
        shrink(case, finding, fails, || Instant::now() < end)
    }
}

/// Prints the digest of what each made block leaves, by its seed: a file of the suite `made`.
pub(super) fn digests(first: u64, count: u64, threads: &[usize]) -> Result<ExitCode, CliError> {
    let engine = crate::engine(threads.first().copied())?;
    let options = ExecuteOptions {
        executor: Executor::Optimistic,
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    let mut digests = BTreeMap::new();
    for seed in first..first + count {
        let case = made(seed);
        let outcome = engine
            .execute(&case.block, &*case.state, &options)
            .map_err(|source| CliError::Subject {
                name: seed.to_string(),
                source,
            })?;
        digests.insert(seed, digest(&outcome));
    }
    out!("{}", serde_json::to_string_pretty(&digests)?);
    Ok(ExitCode::SUCCESS)
}
