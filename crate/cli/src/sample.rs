//! Measures how long something takes.

use std::time::{Duration, Instant};

/// A sample is repeated until it takes this long.
const SHORTEST: Duration = Duration::from_millis(100);

/// Work that is measured, with its samples.
pub(crate) struct Series<F> {
    work: F,
    repetitions: u32,
    /// Milliseconds of one repetition, one per sample.
    samples: Vec<f64>,
}

impl<E, F: FnMut() -> Result<(), E>> Series<F> {
    /// Runs `work` once to warm up, once to see how often it fits into a sample.
    pub(crate) fn new(mut work: F) -> Result<Self, E> {
        work()?;
        let start = Instant::now();
        work()?;
        let once = start.elapsed().max(Duration::from_nanos(100));
        let fits = SHORTEST.as_nanos().div_ceil(once.as_nanos());
        let repetitions = u32::try_from(fits).unwrap_or(u32::MAX).max(1);
        Ok(Self {
            work,
            repetitions,
            samples: Vec::new(),
        })
    }

    /// Takes one sample.
    pub(crate) fn sample(&mut self) -> Result<(), E> {
        let start = Instant::now();
        for _ in 0..self.repetitions {
            (self.work)()?;
        }
        let elapsed = start.elapsed().as_secs_f64() * 1e3;
        self.samples.push(elapsed / f64::from(self.repetitions));
        Ok(())
    }

    /// The median of the samples, in milliseconds.
    pub(crate) fn median(mut self) -> f64 {
        self.samples.sort_by(f64::total_cmp);
        let middle = self.samples.len() / 2;
        match self.samples.as_slice() {
            [] => f64::NAN,
            samples if samples.len() % 2 == 1 => samples[middle],
            samples => f64::midpoint(samples[middle - 1], samples[middle]),
        }
    }
}

/// Takes `runs` samples of each, in turn, and returns the medians in milliseconds.
pub(crate) fn in_turn<E>(
    runs: usize,
    one: impl FnMut() -> Result<(), E>,
    other: impl FnMut() -> Result<(), E>,
) -> Result<(f64, f64), E> {
    let mut one = Series::new(one)?;
    let mut other = Series::new(other)?;
    for _ in 0..runs.max(1) {
        one.sample()?;
        other.sample()?;
    }
    Ok((one.median(), other.median()))
}
