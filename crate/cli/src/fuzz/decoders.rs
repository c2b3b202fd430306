//! Target `decoders`: mutated bytes for every decoder of untrusted bytes.

use super::report::FuzzReport;
use crate::error::CliError;
use alloy_primitives::hex;
use parevm_testkit::{
    fixture,
    fuzz::{Decoder, bytes::mutate},
    random::Random,
};
use std::{
    fs,
    panic::catch_unwind,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

/// Maximum size of a fixture, in bytes. The blocks in the package may be larger.
const MAX_FILE_BYTES: u64 = 60_000;
/// Time limit of decoding one input, generous for a busy machine.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// Maximum length of a sample, in bytes: longer ones cost more and find as much.
const MAX_SAMPLE_BYTES: usize = 60_000;

/// Decoders with their samples.
pub(super) struct Decoders(Vec<(Decoder, Vec<Vec<u8>>)>);

impl Decoders {
    pub(super) fn new(folder: &Path) -> Result<Self, CliError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| CliError::Folder { path, source }
        };
        let embedded = fixture::embedded_folder();
        let mut paths = fixture::list(folder).map_err(failed(folder))?;
        paths.retain(|path| fs::metadata(path).is_ok_and(|file| file.len() < MAX_FILE_BYTES));
        paths.extend(fixture::list(&embedded).map_err(failed(&embedded))?);
        let texts = paths.iter().map(|path| fixture::read(path));
        let texts: Vec<_> = texts.collect::<Result<_, _>>().map_err(failed(folder))?;
        let with_samples = |decoder: Decoder| {
            let mut samples = decoder.samples(&texts);
            samples.retain(|sample| sample.len() < MAX_SAMPLE_BYTES);
            (decoder, samples)
        };
        Ok(Self(Decoder::ALL.map(with_samples).into()))
    }

    /// Writes every sample to the folder of its decoder.
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

    /// Mutates a sample of one decoder and decodes it.
    pub(super) fn decode(&self, seed: u64, report: &mut FuzzReport) {
        let mut random = Random::new(seed);
        let (decoder, samples) = &self.0[below(&mut random, self.0.len())];
        if samples.is_empty() {
            return;
        }
        let [one, other] = [(); 2].map(|()| &samples[below(&mut random, samples.len())]);
        let bytes = mutate(&mut random, one, other);
        let start = Instant::now();
        let read = catch_unwind(|| decoder.read(&bytes));
        let took = start.elapsed();
        let difference = match read {
            Ok(Ok(_)) if took > TIME_LIMIT => Some(format!("took {took:?}")),
            Ok(Ok(reading)) => {
                report.add_input(*decoder, reading);
                None
            }
            Ok(Err(words)) => Some(words),
            Err(_) => Some("panic".into()),
        };
        if let Some(words) = difference {
            report.add_difference();
            let shown = hex::encode(&bytes[..bytes.len().min(400)]);
            let (name, length) = (decoder.name(), bytes.len());
            err!("decoders {seed}: {name}: {words}; {length} bytes: {shown}");
        }
    }
}

fn below(random: &mut Random, bound: usize) -> usize {
    usize::try_from(random.below(bound.max(1) as u64)).unwrap_or(0)
}
