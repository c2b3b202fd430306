//! Precompiles: those of the fork and those of the caller.

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

/// Precompile: a contract in native code.
///
/// It must be pure: the result depends on nothing but the arguments, and nothing is changed. The optimistic
/// executor calls it with speculative inputs, more than once, and on several threads at a time.
///
/// Implemented by closures with this signature.
pub trait Precompile: Send + Sync {
    /// Executes the precompile on `input` with `gas_limit` gas.
    ///
    /// # Errors
    ///
    /// The call failed.
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

/// Output of a precompile call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// Gas used. More than the limit is [`PrecompileFailure::OutOfGas`].
    pub gas_used: u64,
    /// Return data.
    pub output: Bytes,
}

/// Failure of a precompile call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrecompileFailure {
    /// The call reverts: the caller gets the return data, and the unused gas back.
    #[error("reverted")]
    Revert(Returned),
    /// All gas of the call is used.
    #[error("out of gas")]
    OutOfGas,
    /// The input is invalid. All gas of the call is used.
    #[error("{0}")]
    Invalid(Cow<'static, str>),
}

/// Precompiles of a fork, with those of the caller beside or instead of them.
#[derive(Clone)]
pub struct BlockPrecompiles {
    fork: EthPrecompiles,
    custom: Option<Arc<CustomPrecompiles>>,
    /// Memo of the fork's precompiles, if there is one.
    memo: Option<Arc<PrecompileMemo>>,
}

/// Precompiles that differ from the fork's.
#[derive(Clone)]
struct CustomPrecompiles {
    by_address: AddressMap<Override>,
    /// Includes the fork's addresses. A moved precompile makes no difference.
    warm: AddressSet,
}

/// Precompile at an address, instead of the fork's.
#[derive(Clone)]
enum Override {
    Fork(EvmPrecompile),
    Custom(Arc<dyn Precompile>),
    Removed,
}

/// Precompile at an address.
enum ActivePrecompile<'a> {
    Fork(&'a EvmPrecompile),
    Custom(&'a dyn Precompile),
}

impl BlockPrecompiles {
    /// Creates the precompiles of `spec`.
    #[must_use]
    pub fn new(spec: SpecId) -> Self {
        Self {
            fork: EthPrecompiles::new(spec),
            custom: None,
            memo: None,
        }
    }

    /// Returns these precompiles with `memo`. All that share a memo must be of one fork.
    #[must_use]
    pub(crate) fn with_memo(&self, memo: &Arc<PrecompileMemo>) -> Self {
        Self {
            memo: Some(memo.clone()),
            ..self.clone()
        }
    }

    /// Returns whether there is a precompile at `address`.
    #[must_use]
    pub fn has(&self, address: &Address) -> bool {
        self.get(address).is_some()
    }

    /// Returns the precompile at `address`.
    fn get(&self, address: &Address) -> Option<ActivePrecompile<'_>> {
        let custom = self.custom.as_deref();
        match custom.and_then(|custom| custom.by_address.get(address)) {
            Some(Override::Custom(custom)) => Some(ActivePrecompile::Custom(&**custom)),
            Some(Override::Fork(moved)) => Some(ActivePrecompile::Fork(moved)),
            Some(Override::Removed) => None,
            None => (self.fork.precompiles.get(address)).map(ActivePrecompile::Fork),
        }
    }

    /// Returns the addresses of the fork's precompiles, by the names that EIPs give them.
    #[must_use]
    pub fn names(&self) -> BTreeMap<String, Address> {
        let fork = self.fork.precompiles.inner();
        fork.iter()
            .map(|(address, precompile)| (precompile.id().name().to_owned(), *address))
            .collect()
    }

    /// Returns the addresses of all precompiles.
    #[must_use]
    pub fn addresses(&self) -> &AddressSet {
        match &self.custom {
            Some(custom) => &custom.warm,
            None => self.fork.warm_addresses(),
        }
    }

    /// Sets the precompile at `address`.
    pub fn insert(&mut self, address: Address, precompile: impl Precompile + 'static) {
        let custom = self.custom_mut();
        custom
            .by_address
            .insert(address, Override::Custom(Arc::new(precompile)));
        custom.warm.insert(address);
    }

    /// Copies the precompile at `from`, if there is one, to `to`.
    pub fn copy(&mut self, from: Address, to: Address) {
        let copied = match self
            .custom
            .as_deref()
            .and_then(|custom| custom.by_address.get(&from))
        {
            Some(copied) => copied.clone(),
            None => match self.fork.precompiles.get(&from) {
                Some(precompile) => Override::Fork(precompile.clone()),
                None => Override::Removed,
            },
        };
        if !matches!(copied, Override::Removed) {
            self.custom_mut().by_address.insert(to, copied);
        }
    }

    /// Removes the precompile at `address`: the code in the state is executed instead.
    pub fn remove(&mut self, address: Address) {
        if self.has(&address) {
            self.custom_mut()
                .by_address
                .insert(address, Override::Removed);
        }
    }

    fn custom_mut(&mut self) -> &mut CustomPrecompiles {
        let custom = self.custom.get_or_insert_with(|| {
            Arc::new(CustomPrecompiles {
                by_address: AddressMap::default(),
                warm: self.fork.warm_addresses().clone(),
            })
        });
        Arc::make_mut(custom)
    }
}

impl fmt::Debug for BlockPrecompiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let custom = self.custom.as_deref();
        f.debug_struct("BlockPrecompiles")
            .field("fork", &self.fork.spec)
            .field(
                "custom",
                &custom.map(|custom| custom.by_address.keys().collect::<Vec<_>>()),
            )
            .finish()
    }
}

impl<C: ContextTr> PrecompileProvider<C> for BlockPrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: <C::Cfg as Cfg>::Spec) -> bool {
        let is_new = PrecompileProvider::<C>::set_spec(&mut self.fork, spec);
        if let (true, Some(custom)) = (is_new, &mut self.custom) {
            let custom = Arc::make_mut(custom);
            custom.warm = self.fork.warm_addresses().clone();
            let overrides = custom.by_address.iter();
            let is_custom = |(address, precompile)| {
                matches!(precompile, &Override::Custom(_)).then_some(address)
            };
            custom.warm.extend(overrides.filter_map(is_custom));
        }
        is_new
    }

    fn run(
        &mut self,
        context: &mut C,
        inputs: &CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        let Some(precompile) = self.get(&inputs.bytecode_address) else {
            return Ok(None);
        };
        let (gas_limit, reservoir) = (inputs.gas_limit, inputs.reservoir);
        let input = inputs.input.as_bytes(context);
        let output = match (precompile, &self.memo) {
            (ActivePrecompile::Fork(fork), Some(memo)) => {
                memo.execute(fork, &input, gas_limit, reservoir)?
            }
            (ActivePrecompile::Fork(fork), None) => fork
                .execute(&input, gas_limit, reservoir)
                .map_err(|error| error.to_string())?,
            // Not memoized: the result may depend on the gas limit too.
            (ActivePrecompile::Custom(custom), _) => {
                output(custom.call(&input, gas_limit), reservoir)
            }
        };
        drop(input);
        Ok(Some(interpreter_result(context, output, gas_limit)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        self.addresses()
    }
}

/// Converts `output` into the result of the call.
fn interpreter_result<C: ContextTr>(
    context: &mut C,
    output: PrecompileOutput,
    gas_limit: u64,
) -> InterpreterResult {
    // Reported by a transaction that calls a precompile itself, and by traces of every call.
    if let Some(reason) = output.halt_reason()
        && !reason.is_oog()
    {
        let message = halt_message(reason).to_owned();
        context.local_mut().set_precompile_error_context(message);
    }
    precompile_output_to_interpreter_result(output, gas_limit)
}

/// Returns the error message of geth (core/vm/contracts.go, crypto/bn256/gnark).
fn halt_message(reason: &PrecompileHalt) -> &str {
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
