//! Contracts that are native code: those of the fork, and the caller's own.

use super::memo::PrecompileMemo;
use alloy_primitives::{
    Address, Bytes,
    map::{AddressMap, AddressSet},
};
use revm::{
    context::{Cfg, ContextTr, LocalContextTr},
    handler::{EthPrecompiles, PrecompileProvider, precompile_output_to_interpreter_result},
    interpreter::{CallInputs, InterpreterResult},
    precompile::{Precompile as EvmPrecompile, PrecompileHalt, PrecompileOutput},
    primitives::hardfork::SpecId,
};
use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

/// A contract that is native code.
///
/// It must be pure: what it returns depends on nothing but its arguments, and it changes nothing.
/// The optimistic executor runs it on guesses, more than once, and on several threads at a time.
///
/// A closure of this shape is one.
pub trait Precompile: Send + Sync {
    /// Runs on `input` with `gas_limit` gas.
    ///
    /// # Errors
    ///
    /// How the call fails.
    fn call(&self, input: &[u8], gas_limit: u64) -> Result<Returned, PrecompileFailure>;
}

impl<F> Precompile for F
where
    F: Fn(&[u8], u64) -> Result<Returned, PrecompileFailure> + Send + Sync,
{
    fn call(&self, input: &[u8], gas_limit: u64) -> Result<Returned, PrecompileFailure> {
        self(input, gas_limit)
    }
}

/// What a call of a precompile returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// Gas used. More than the limit ends the call as [`PrecompileFailure::OutOfGas`] does.
    pub gas_used: u64,
    /// What the caller gets.
    pub output: Bytes,
}

/// How a call of a precompile fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrecompileFailure {
    /// The caller gets the output, and the gas that was not used back.
    #[error("reverted")]
    Revert(Returned),
    /// All gas of the call is used.
    #[error("out of gas")]
    OutOfGas,
    /// The input cannot be used. All gas of the call is used.
    #[error("{0}")]
    Invalid(Cow<'static, str>),
}

/// The precompiles of a fork, with the caller's own beside or in place of them.
#[derive(Clone)]
pub struct BlockPrecompiles {
    fork: EthPrecompiles,
    own: Option<Arc<Own>>,
    /// Results of the fork's, if they are kept.
    memo: Option<Arc<PrecompileMemo>>,
}

#[derive(Clone)]
struct Own {
    by_address: AddressMap<Placed>,
    /// The fork's addresses too. Where one was moved from or to makes no difference.
    warm: AddressSet,
}

/// What is at an address in place of what the fork has there.
#[derive(Clone)]
enum Placed {
    Fork(EvmPrecompile),
    Own(Arc<dyn Precompile>),
    Nothing,
}

/// A precompile that was found.
enum Found<'a> {
    Fork(&'a EvmPrecompile),
    Own(&'a dyn Precompile),
}

impl BlockPrecompiles {
    /// Those of the fork `spec`.
    #[must_use]
    pub fn new(spec: SpecId) -> Self {
        Self {
            fork: EthPrecompiles::new(spec),
            own: None,
            memo: None,
        }
    }

    /// The same, which ask `memo` before they compute. All that share one are of one fork.
    #[must_use]
    pub(crate) fn with_memo(&self, memo: &Arc<PrecompileMemo>) -> Self {
        Self {
            memo: Some(memo.clone()),
            ..self.clone()
        }
    }

    /// Whether there is one at `address`.
    pub fn has(&self, address: &Address) -> bool {
        self.get(address).is_some()
    }

    /// What is at `address`.
    fn get(&self, address: &Address) -> Option<Found<'_>> {
        let own = self.own.as_deref();
        match own.and_then(|own| own.by_address.get(address)) {
            Some(Placed::Own(own)) => Some(Found::Own(&**own)),
            Some(Placed::Fork(moved)) => Some(Found::Fork(moved)),
            Some(Placed::Nothing) => None,
            None => self.fork.precompiles.get(address).map(Found::Fork),
        }
    }

    /// The fork's by the names that EIPs give them.
    #[must_use]
    pub fn names(&self) -> BTreeMap<String, Address> {
        let fork = self.fork.precompiles.inner();
        fork.iter()
            .map(|(address, precompile)| (precompile.id().name().to_owned(), *address))
            .collect()
    }

    /// The addresses of all.
    pub fn addresses(&self) -> &AddressSet {
        match &self.own {
            Some(own) => &own.warm,
            None => self.fork.warm_addresses(),
        }
    }

    /// Puts `precompile` at `address`.
    pub fn insert(&mut self, address: Address, precompile: impl Precompile + 'static) {
        let own = self.own();
        own.by_address
            .insert(address, Placed::Own(Arc::new(precompile)));
        own.warm.insert(address);
    }

    /// Puts what is at `from`, where there is something, also at `to`.
    pub fn copy(&mut self, from: Address, to: Address) {
        let placed = match self
            .own
            .as_deref()
            .and_then(|own| own.by_address.get(&from))
        {
            Some(placed) => placed.clone(),
            None => match self.fork.precompiles.get(&from) {
                Some(precompile) => Placed::Fork(precompile.clone()),
                None => Placed::Nothing,
            },
        };
        if !matches!(placed, Placed::Nothing) {
            self.own().by_address.insert(to, placed);
        }
    }

    /// Leaves nothing at `address`: what the state has there runs.
    pub fn remove(&mut self, address: Address) {
        if self.has(&address) {
            self.own().by_address.insert(address, Placed::Nothing);
        }
    }

    fn own(&mut self) -> &mut Own {
        let own = self.own.get_or_insert_with(|| {
            Arc::new(Own {
                by_address: AddressMap::default(),
                warm: self.fork.warm_addresses().clone(),
            })
        });
        Arc::make_mut(own)
    }
}

impl fmt::Debug for BlockPrecompiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.own.as_deref();
        f.debug_struct("BlockPrecompiles")
            .field("fork", &self.fork.spec)
            .field(
                "own",
                &own.map(|own| own.by_address.keys().collect::<Vec<_>>()),
            )
            .finish()
    }
}

impl<C: ContextTr> PrecompileProvider<C> for BlockPrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: <C::Cfg as Cfg>::Spec) -> bool {
        let is_new = PrecompileProvider::<C>::set_spec(&mut self.fork, spec);
        if let (true, Some(own)) = (is_new, &mut self.own) {
            let own = Arc::make_mut(own);
            own.warm = self.fork.warm_addresses().clone();
            let placed = own.by_address.iter();
            let is_own = |(address, placed)| matches!(placed, &Placed::Own(_)).then_some(address);
            own.warm.extend(placed.filter_map(is_own));
        }
        is_new
    }

    fn run(
        &mut self,
        context: &mut C,
        inputs: &CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        let Some(found) = self.get(&inputs.bytecode_address) else {
            return Ok(None);
        };
        let (gas_limit, reservoir) = (inputs.gas_limit, inputs.reservoir);
        let input = inputs.input.as_bytes(context);
        let output = match (found, &self.memo) {
            (Found::Fork(fork), Some(memo)) => memo.execute(fork, &input, gas_limit, reservoir)?,
            (Found::Fork(fork), None) => fork
                .execute(&input, gas_limit, reservoir)
                .map_err(|error| error.to_string())?,
            // What a caller's own returns may depend on its gas limit too.
            (Found::Own(own), _) => output(own.call(&input, gas_limit), reservoir),
        };
        drop(input);
        Ok(Some(interpreter_result(context, output, gas_limit)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        self.addresses()
    }
}

/// What the caller of a precompile gets to see of `output`.
fn interpreter_result<C: ContextTr>(
    context: &mut C,
    output: PrecompileOutput,
    gas_limit: u64,
) -> InterpreterResult {
    // What a transaction that calls a precompile itself reports, and a trace of every call.
    if let Some(reason) = output.halt_reason()
        && !reason.is_oog()
    {
        let words = halt_words(reason).to_owned();
        context.local_mut().set_precompile_error_context(words);
    }
    precompile_output_to_interpreter_result(output, gas_limit)
}

/// Error of a precompile in geth's words (core/vm/contracts.go, crypto/bn256/gnark).
fn halt_words(reason: &PrecompileHalt) -> &str {
    match reason {
        PrecompileHalt::OutOfGas => "out of gas",
        PrecompileHalt::Blake2WrongLength
        | PrecompileHalt::BlobInvalidInputLength
        | PrecompileHalt::KzgInvalidInputLength
        | PrecompileHalt::Bls12381ScalarInputLength
        | PrecompileHalt::Bls12381G1AddInputLength
        | PrecompileHalt::Bls12381G1MsmInputLength
        | PrecompileHalt::Bls12381G2AddInputLength
        | PrecompileHalt::Bls12381G2MsmInputLength
        | PrecompileHalt::Bls12381PairingInputLength
        | PrecompileHalt::Bls12381MapFpToG1InputLength
        | PrecompileHalt::Bls12381MapFp2ToG2InputLength
        | PrecompileHalt::Bls12381FpPaddingLength
        | PrecompileHalt::Bls12381G1PaddingLength
        | PrecompileHalt::Bls12381G2PaddingLength => "invalid input length",
        PrecompileHalt::Blake2WrongFinalIndicatorFlag => "invalid final flag",
        PrecompileHalt::ModexpExpOverflow
        | PrecompileHalt::ModexpBaseOverflow
        | PrecompileHalt::ModexpModOverflow
        | PrecompileHalt::ModexpEip7823LimitSize => {
            "one or more of base/exponent/modulus length exceeded 1024 bytes"
        }
        PrecompileHalt::Bn254FieldPointNotAMember | PrecompileHalt::NonCanonicalFp => {
            "invalid fp.Element encoding"
        }
        PrecompileHalt::Bn254AffineGFailedToCreate => "point is not on curve",
        PrecompileHalt::Bn254PairLength => "bad elliptic curve pairing size",
        PrecompileHalt::BlobMismatchedVersion => "mismatched versioned hash",
        PrecompileHalt::BlobVerifyKzgProofFailed
        | PrecompileHalt::KzgInvalidG1Point
        | PrecompileHalt::KzgG1PointNotOnCurve
        | PrecompileHalt::KzgG1PointNotInSubgroup => "error verifying kzg proof",
        PrecompileHalt::Bls12381G1NotOnCurve | PrecompileHalt::Bls12381G2NotOnCurve => {
            "invalid point: not on curve"
        }
        PrecompileHalt::Bls12381G1NotInSubgroup => "g1 point is not on correct subgroup",
        PrecompileHalt::Bls12381G2NotInSubgroup => "g2 point is not on correct subgroup",
        PrecompileHalt::Bls12381FpPaddingInvalid => "invalid field element top bytes",
        PrecompileHalt::Secp256k1RecoverFailed => "secp256k1 signature recovery failed",
        PrecompileHalt::Other(reason) => reason,
    }
}

fn output(result: Result<Returned, PrecompileFailure>, reservoir: u64) -> PrecompileOutput {
    match result {
        Ok(Returned { gas_used, output }) => PrecompileOutput::new(gas_used, output, reservoir),
        Err(PrecompileFailure::Revert(Returned { gas_used, output })) => {
            PrecompileOutput::revert(gas_used, output, reservoir)
        }
        Err(PrecompileFailure::OutOfGas) => {
            PrecompileOutput::halt(PrecompileHalt::OutOfGas, reservoir)
        }
        Err(PrecompileFailure::Invalid(reason)) => {
            PrecompileOutput::halt(PrecompileHalt::Other(reason), reservoir)
        }
    }
}
