//! Memo of precompile results in one block.
//!
//! A precompile of the fork is a function of its input. Contracts repeat calls with the same input, and so
//! does a re-execution: most of its pairings and signatures are the same.

use alloy_primitives::{
    Address, Bytes,
    map::{AddressMap, HashMap},
};
use revm::precompile::{
    Precompile as EvmPrecompile, PrecompileId, PrecompileOutput, PrecompileStatus,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Minimum gas of a memoized call: a cheaper one is computed as fast as looked up.
const LEAST_GAS: u64 = 120;
/// Maximum of bytes of all entries. Nothing is inserted beyond.
const MOST_BYTES: usize = 4 << 20;
/// Upper bound of the bytes of an entry beside its input and output.
const ENTRY_BYTES: usize = 256;

/// Memo of the costly precompile calls of one block, shared by all workers.
#[derive(Debug, Default)]
pub(crate) struct PrecompileMemo {
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    /// By the address of the precompile in the fork, not the one that it was moved to, then by input.
    outputs: AddressMap<HashMap<Bytes, PrecompileOutput>>,
    bytes: usize,
}

impl PrecompileMemo {
    /// Executes `precompile` on `input`, or returns the memoized output.
    ///
    /// # Errors
    ///
    /// As [`EvmPrecompile::execute`].
    pub(crate) fn execute(
        &self,
        precompile: &EvmPrecompile,
        input: &[u8],
        gas_limit: u64,
        reservoir: u64,
    ) -> Result<PrecompileOutput, String> {
        let execute = || {
            let executed = precompile.execute(input, gas_limit, reservoir);
            executed.map_err(|error| error.to_string())
        };
        // Copying the input is as fast as a lookup.
        if *precompile.id() == PrecompileId::Identity {
            return execute();
        }
        let address = *precompile.address();
        if let Some(output) = self.get(address, input, gas_limit) {
            return Ok(PrecompileOutput {
                reservoir,
                ..output
            });
        }
        let output = execute()?;
        self.insert(address, input, gas_limit, &output);
        Ok(output)
    }

    /// Returns the output for `input`, if `gas_limit` covers its gas.
    fn get(&self, address: Address, input: &[u8], gas_limit: u64) -> Option<PrecompileOutput> {
        let entries = self.lock();
        let output = entries.outputs.get(&address)?.get(input)?;
        (output.gas_used <= gas_limit).then(|| output.clone())
    }

    /// Inserts the output of a successful call, if it was costly.
    fn insert(&self, address: Address, input: &[u8], gas_limit: u64, output: &PrecompileOutput) {
        let is_worth_it = (LEAST_GAS..=gas_limit).contains(&output.gas_used);
        if !is_worth_it || output.status != PrecompileStatus::Success {
            return;
        }
        let mut entries = self.lock();
        let own = input.len().saturating_add(output.bytes.len());
        let bytes = entries
            .bytes
            .saturating_add(own)
            .saturating_add(ENTRY_BYTES);
        if bytes <= MOST_BYTES {
            let outputs = entries.outputs.entry(address).or_default();
            let key = Bytes::copy_from_slice(input);
            if outputs.insert(key, output.clone()).is_none() {
                entries.bytes = bytes;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    static CALLS: AtomicU64 = AtomicU64::new(0);

    /// Precompile that returns its input, for one gas per byte.
    fn counting() -> EvmPrecompile {
        EvmPrecompile::new(
            PrecompileId::Sha256,
            Address::with_last_byte(2),
            |input, gas_limit, reservoir| {
                CALLS.fetch_add(1, Ordering::Relaxed);
                let gas_used = input.len() as u64;
                Ok(match gas_used <= gas_limit {
                    true => {
                        PrecompileOutput::new(gas_used, Bytes::copy_from_slice(input), reservoir)
                    }
                    false => PrecompileOutput::halt(
                        revm::precompile::PrecompileHalt::OutOfGas,
                        reservoir,
                    ),
                })
            },
        )
    }

    /// Returns the number of computed calls for `inputs`, each with its gas limit.
    fn calls(memo: &PrecompileMemo, inputs: &[(&[u8], u64)]) -> u64 {
        let precompile = counting();
        let before = CALLS.load(Ordering::Relaxed);
        for (input, gas_limit) in inputs {
            let found = memo.execute(&precompile, input, *gas_limit, 7).unwrap();
            let plain = counting().execute(input, *gas_limit, 7).unwrap();
            assert_eq!(found, plain);
        }
        // One call for each input was for comparison.
        CALLS.load(Ordering::Relaxed) - before - inputs.len() as u64
    }

    /// One test: the counter is shared.
    #[test]
    fn a_call_of_120_gas_is_computed_once_and_memory_is_bounded() {
        let memo = PrecompileMemo::default();
        let (cheap, costly, other) = ([1; 119], [2; 120], [3; 120]);
        let inputs: [(&[u8], u64); 3] = [(&cheap, 500), (&cheap, 500), (&cheap, 500)];
        assert_eq!(calls(&memo, &inputs), 3);
        let inputs: [(&[u8], u64); 4] = [
            (&costly, 500),
            (&costly, 120),
            (&other, 500),
            (&costly, 9_999),
        ];
        assert_eq!(calls(&memo, &inputs), 2);
        // A call that runs out of gas is neither memoized nor answered from the memo.
        let inputs: [(&[u8], u64); 2] = [(&costly, 119), (&costly, 119)];
        assert_eq!(calls(&memo, &inputs), 2);

        let many: Vec<[u8; 1_000]> = (0..10_000_u32)
            .map(|number| std::array::from_fn(|at| number.to_be_bytes()[at % 4]))
            .collect();
        for input in &many {
            memo.execute(&counting(), input, 9_999, 0).unwrap();
        }
        let entries = memo.lock();
        let kept: usize = entries.outputs.values().map(HashMap::len).sum();
        // An entry takes 1,000 bytes twice, and 256.
        assert_eq!(kept, 2 + (MOST_BYTES - 2 * (240 + 256)) / 2_256);
        assert!(entries.bytes <= MOST_BYTES);
    }
}
