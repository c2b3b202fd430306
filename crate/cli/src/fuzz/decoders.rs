//! Bytes for all that reads bytes of others.

use super::report::Report;
use crate::error::CliError;
use alloy_primitives::hex;
use parevm_testkit::{
    fixture,
    fuzz::{Decoder, bytes::spoil},
    random::Random,
};
use std::{
    fs,
    panic::catch_unwind,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

/// Larger files are left to the blocks in the package.
const SMALL: u64 = 60_000;
/// No input is so long that it takes longer to read, on a machine that has other things to do.
const LONG: Duration = Duration::from_secs(60);
/// Longer samples cost more and find as much.
const LONGEST: usize = 60_000;

/// Reads bytes of seeds.
pub(super) struct Decoders(Vec<(Decoder, Vec<Vec<u8>>)>);

impl Decoders {
    pub(super) fn new(folder: &Path) -> Result<Self, CliError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| CliError::Folder { path, source }
        };
        let embedded = fixture::embedded_folder();
        let mut paths = fixture::list(folder).map_err(failed(folder))?;
        paths.retain(|path| fs::metadata(path).is_ok_and(|file| file.len() < SMALL));
        paths.extend(fixture::list(&embedded).map_err(failed(&embedded))?);
        let texts = paths.iter().map(|path| fixture::read(path));
        let texts: Vec<_> = texts.collect::<Result<_, _>>().map_err(failed(folder))?;
        let with_samples = |decoder: Decoder| {
            let mut samples = decoder.samples(&texts);
            samples.retain(|sample| sample.len() < LONGEST);
            (decoder, samples)
        };
        Ok(Self(Decoder::ALL.map(with_samples).into()))
    }

    /// Writes every sample into a folder of its decoder.
    pub(super) fn write(&self, corpus: &Path) -> Result<ExitCode, CliError> {
        for (decoder, samples) in &self.0 {
            let folder = corpus.join(decoder.name());
            let failed = |source| CliError::Write {
                path: folder.clone(),
                source,
            };
            fs::create_dir_all(&folder).map_err(failed)?;
            for (number, sample) in samples.iter().enumerate() {
                fs::write(folder.join(format!("sample-{number}")), sample).map_err(failed)?;
            }
            err!("{}: {} inputs", folder.display(), samples.len());
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Spoils a sample of one decoder and has it read.
    pub(super) fn read(&self, seed: u64, report: &mut Report) {
        let mut random = Random::new(seed);
        let (decoder, samples) = &self.0[below(&mut random, self.0.len())];
        if samples.is_empty() {
            return;
        }
        let [one, other] = [(); 2].map(|()| &samples[below(&mut random, samples.len())]);
        let bytes = spoil(&mut random, one, other);
        let start = Instant::now();
        let read = catch_unwind(|| decoder.read(&bytes));
        let took = start.elapsed();
        let complaint = match read {
            Ok(Ok(_)) if took > LONG => Some(format!("took {took:?}")),
            Ok(Ok(reading)) => {
                report.read(*decoder, reading);
                None
            }
            Ok(Err(words)) => Some(words),
            Err(_) => Some("panic".into()),
        };
        if let Some(words) = complaint {
            report.differs();
            let shown = hex::encode(&bytes[..bytes.len().min(400)]);
            let (name, length) = (decoder.name(), bytes.len());
            err!("decoders {seed}: {name}: {words}; {length} bytes: {shown}");
        }
    }
}

fn below(random: &mut Random, bound: usize) -> usize {
    usize::try_from(random.below(bound.max(1) as u64)).unwrap_or(0)
}
