//! Ethereum's precompiles, which a second run of a transaction need not
//! compute anew.
//!
//! A precompile of the fork is a function of its input. So what a first run computed on a
//! wrong guess is right wherever the second run asks for the same, and the
//! pairings and signature checks of a transaction are mostly the same.

use super::commuting_evm::ViewContext;
use crate::vm::precompiles::{BlockPrecompiles, Found, interpreter_result};
use alloy_primitives::{
    Address, Bytes,
    map::{AddressSet, HashMap},
};
use parevm_stm::Mode;
use revm::{
    handler::PrecompileProvider,
    interpreter::{CallInputs, InterpreterResult},
    precompile::{PrecompileOutput, PrecompileStatus},
    primitives::hardfork::SpecId,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What costs less gas is computed again sooner than looked up.
const LEAST_GAS: u64 = 3_000;
/// Inputs of a block that are kept, in bytes together.
const MOST_BYTES: usize = 1 << 20;

/// Results of costly precompiles in one block, for all workers.
#[derive(Debug, Default)]
pub(crate) struct PrecompileMemo {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    outputs: HashMap<(Address, Bytes), PrecompileOutput>,
    bytes: usize,
}

impl PrecompileMemo {
    /// The result for `input`, as long as `gas_limit` pays for it.
    fn get(&self, address: Address, input: &[u8], gas_limit: u64) -> Option<PrecompileOutput> {
        let known = self.lock();
        if known.outputs.is_empty() {
            return None;
        }
        let key = (address, Bytes::copy_from_slice(input));
        let output = known.outputs.get(&key)?;
        (output.gas_used <= gas_limit).then(|| output.clone())
    }

    /// Keeps a result that was costly and had gas enough.
    fn insert(&self, address: Address, input: &[u8], gas_limit: u64, output: &PrecompileOutput) {
        let is_worth_it = (LEAST_GAS..=gas_limit).contains(&output.gas_used);
        if !is_worth_it || output.status != PrecompileStatus::Success {
            return;
        }
        let mut known = self.lock();
        let bytes = known.bytes.saturating_add(input.len());
        if bytes <= MOST_BYTES {
            let key = (address, Bytes::copy_from_slice(input));
            if known.outputs.insert(key, output.clone()).is_none() {
                known.bytes = bytes;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The precompiles of one worker.
#[derive(Debug)]
pub(crate) struct MemoPrecompiles<'m> {
    inner: BlockPrecompiles,
    memo: &'m PrecompileMemo,
}

impl<'m> MemoPrecompiles<'m> {
    pub(crate) fn new(inner: BlockPrecompiles, memo: &'m PrecompileMemo) -> Self {
        Self { inner, memo }
    }

    /// What is where.
    pub(super) fn placed(&self) -> &BlockPrecompiles {
        &self.inner
    }
}

impl<'m, 'b> PrecompileProvider<ViewContext<'m, 'b>> for MemoPrecompiles<'m> {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: SpecId) -> bool {
        PrecompileProvider::<ViewContext<'m, 'b>>::set_spec(&mut self.inner, spec)
    }

    fn run(
        &mut self,
        context: &mut ViewContext<'m, 'b>,
        inputs: &CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        let address = inputs.bytecode_address;
        let Some(precompile) = self.inner.get(&address) else {
            return Ok(None);
        };
        let (gas_limit, reservoir) = (inputs.gas_limit, inputs.reservoir);
        let mode = context.journaled_state.database.view.mode();
        let input = inputs.input.as_bytes(context);
        // What a caller's own returns may depend on its gas limit too.
        let is_kept = matches!(precompile, Found::Fork(_));
        let known = match mode {
            Mode::Final if is_kept => self.memo.get(address, &input, gas_limit),
            Mode::Final | Mode::Optimistic => None,
        };
        let output = match known {
            Some(output) => PrecompileOutput {
                reservoir,
                ..output
            },
            None => {
                let output = precompile.execute(&input, gas_limit, reservoir)?;
                if is_kept && mode == Mode::Optimistic {
                    self.memo.insert(address, &input, gas_limit, &output);
                }
                output
            }
        };
        drop(input);
        Ok(Some(interpreter_result(context, output, gas_limit)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        self.inner.addresses()
    }
}
