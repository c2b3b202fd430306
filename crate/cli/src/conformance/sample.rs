//! Which files are run.

/// A share of the files, the same for the same seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    /// How many of a hundred files are in it.
    pub(super) percent: f64,
    pub(super) seed: u64,
}

impl Sample {
    /// True when the file called `name` is in the sample.
    ///
    /// The same rule stands in `js/bin/conformance/sample.ts`: FNV-1a over the seed in decimal, a
    /// colon and the name, in 32 bits, mixed once more so that similar names part.
    pub(super) fn has(self, name: &str) -> bool {
        let text = format!("{}:{name}", self.seed);
        let mut hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
        hash ^= hash >> 13;
        f64::from(hash) / f64::from(u32::MAX) * 100.0 <= self.percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(percent: f64, seed: u64) -> usize {
        let sample = Sample { percent, seed };
        let names = (0..10_000).map(|index| format!("cancun/eip{index}.json"));
        names.filter(|name| sample.has(name)).count()
    }

    #[test]
    fn a_sample_has_about_its_share_and_follows_its_seed() {
        assert_eq!(count(100.0, 1), 10_000);
        assert!((900..1_100).contains(&count(10.0, 1)));
        assert!((900..1_100).contains(&count(10.0, 2)));
        let of = |seed| {
            let sample = Sample {
                percent: 10.0,
                seed,
            };
            (0..100)
                .map(|index| sample.has(&index.to_string()))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}
