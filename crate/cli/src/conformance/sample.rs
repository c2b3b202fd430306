//! Sample of the files.

/// Sample of the files, determined by its seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    /// Percentage of the files.
    pub(super) percent: f64,
    pub(super) seed: u64,
}

impl Sample {
    /// Returns true if the file `name` is in the sample.
    ///
    /// `scripts/conformance/sample.mjs` has the same rule: 32-bit FNV-1a over the seed in decimal, a colon and the name, mixed
    /// once more so that the hashes of similar names differ.
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

    fn sample(percent: f64, seed: u64, files: u32) -> Vec<u32> {
        let sample = Sample { percent, seed };
        let is_in = |index: &u32| sample.has(&format!("cancun/eip{index}.json"));
        (0..files).filter(is_in).collect()
    }

    #[test]
    fn a_sample_has_the_files_that_the_wasm_runner_chooses() {
        let first = [2, 5, 9, 26, 27, 31, 37, 42, 46, 73, 94];
        assert_eq!(sample(10.0, 1, 100), first);
        assert_eq!(sample(10.0, 2, 100), [6, 8, 15, 22, 26, 45, 51]);
    }

    #[test]
    fn a_sample_has_about_its_share() {
        assert_eq!(sample(100.0, 1, 10_000).len(), 10_000);
        assert_eq!(sample(10.0, 1, 10_000).len(), 957);
    }
}
