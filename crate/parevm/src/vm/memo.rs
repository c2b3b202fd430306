//! Results of the fork's precompiles in one block, computed once for each input.
//!
//! A precompile of the fork is a function of its input. Contracts ask for the same again and again, and
//! so does a transaction that is executed again: most of its pairings and signatures are the same.

use alloy_primitives::{
    Address, Bytes,
    map::{AddressMap, HashMap},
};
use revm::precompile::{
    Precompile as EvmPrecompile, PrecompileId, PrecompileOutput, PrecompileStatus,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Gas of a result that is worth keeping: what costs less is computed as soon as looked up.
const LEAST_GAS: u64 = 120;
/// Bytes of all inputs and results that are kept. Nothing is added beyond.
const MOST_BYTES: usize = 4 << 20;
/// Bytes that an entry takes beside its input and its result, at most.
const ENTRY_BYTES: usize = 256;

/// Results of costly precompile calls of one block, for all workers.
#[derive(Debug, Default)]
pub(crate) struct PrecompileMemo {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// By the address that the fork gives the precompile, wherever it was moved to, then by input.
    outputs: AddressMap<HashMap<Bytes, PrecompileOutput>>,
    bytes: usize,
}

impl PrecompileMemo {
    /// Returns what `precompile` makes of `input`, computed unless it is known.
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
        // To copy the input takes no longer than to find it.
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

    /// The result for `input`, as long as `gas_limit` pays for it.
    fn get(&self, address: Address, input: &[u8], gas_limit: u64) -> Option<PrecompileOutput> {
        let known = self.lock();
        let output = known.outputs.get(&address)?.get(input)?;
        (output.gas_used <= gas_limit).then(|| output.clone())
    }

    /// Keeps a result that was costly and had gas enough.
    fn insert(&self, address: Address, input: &[u8], gas_limit: u64, output: &PrecompileOutput) {
        let is_worth_it = (LEAST_GAS..=gas_limit).contains(&output.gas_used);
        if !is_worth_it || output.status != PrecompileStatus::Success {
            return;
        }
        let mut known = self.lock();
        let own = input.len().saturating_add(output.bytes.len());
        let bytes = known.bytes.saturating_add(own).saturating_add(ENTRY_BYTES);
        if bytes <= MOST_BYTES {
            let outputs = known.outputs.entry(address).or_default();
            let key = Bytes::copy_from_slice(input);
            if outputs.insert(key, output.clone()).is_none() {
                known.bytes = bytes;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    static CALLS: AtomicU64 = AtomicU64::new(0);

    /// Costs as much gas as its input is long, and returns the input.
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

    /// How many calls there are when each of `inputs` is asked for with so much gas.
    fn calls(memo: &PrecompileMemo, inputs: &[(&[u8], u64)]) -> u64 {
        let precompile = counting();
        let before = CALLS.load(Ordering::Relaxed);
        for (input, gas_limit) in inputs {
            let found = memo.execute(&precompile, input, *gas_limit, 7).unwrap();
            let plain = counting().execute(input, *gas_limit, 7).unwrap();
            assert_eq!(found, plain);
        }
        // Half of them were for comparison.
        CALLS.load(Ordering::Relaxed) - before - inputs.len() as u64
    }

    /// One test: the calls are counted for all.
    #[test]
    fn what_costs_120_gas_is_computed_once_and_memory_is_bounded() {
        let memo = PrecompileMemo::default();
        let (cheap, costly, other) = ([1; 119], [2; 120], [3; 120]);
        let asked: [(&[u8], u64); 3] = [(&cheap, 500), (&cheap, 500), (&cheap, 500)];
        assert_eq!(calls(&memo, &asked), 3);
        let asked: [(&[u8], u64); 4] = [
            (&costly, 500),
            (&costly, 120),
            (&other, 500),
            (&costly, 9_999),
        ];
        assert_eq!(calls(&memo, &asked), 2);
        // Too little gas is no result that is kept or given.
        let asked: [(&[u8], u64); 2] = [(&costly, 119), (&costly, 119)];
        assert_eq!(calls(&memo, &asked), 2);

        let many: Vec<[u8; 1_000]> = (0..10_000_u32)
            .map(|number| std::array::from_fn(|at| number.to_be_bytes()[at % 4]))
            .collect();
        for input in &many {
            memo.execute(&counting(), input, 9_999, 0).unwrap();
        }
        let known = memo.lock();
        let kept: usize = known.outputs.values().map(HashMap::len).sum();
        // Each takes 1,000 bytes twice and 256.
        assert_eq!(kept, 2 + (MOST_BYTES - 2 * (240 + 256)) / 2_256);
        assert!(known.bytes <= MOST_BYTES);
    }
}
