//! Failure reasons of precompiles. Contracts cannot read them, so this check calls the precompile directly.

use super::tested_operation::TestedOperation;
use parevm::vm::{
    SpecId,
    revm::precompile::{PrecompileHalt, PrecompileSpecId, Precompiles},
};

/// Compares the failure reason of the precompile on `input` with `expected`, a message of go-ethereum.
///
/// # Errors
///
/// The difference in words.
pub(super) fn check(
    expected: &str,
    operation: &TestedOperation,
    input: &[u8],
    spec: SpecId,
) -> Result<(), String> {
    let precompiles = Precompiles::new(PrecompileSpecId::from_spec_id(spec));
    let precompile = operation
        .address()
        .and_then(|address| precompiles.get(&address));
    let precompile = precompile.ok_or("the precompile does not exist")?;
    let output = precompile.execute(input, u64::MAX, 0);
    let output = output.map_err(|error| error.to_string())?;
    match output.status.halt_reason() {
        Some(halt) if words(halt) == Some(expected) => Ok(()),
        Some(halt) => Err(format!("reason: expected {expected:?}, found {halt:?}")),
        None => Err(format!("reason: expected {expected:?}, found none")),
    }
}

/// Returns go-ethereum's message, for the reasons in vectors.
fn words(halt: &PrecompileHalt) -> Option<&'static str> {
    use PrecompileHalt::*;
    Some(match halt {
        Blake2WrongLength
        | Bls12381G1AddInputLength
        | Bls12381G1MsmInputLength
        | Bls12381G2AddInputLength
        | Bls12381G2MsmInputLength
        | Bls12381PairingInputLength
        | Bls12381MapFpToG1InputLength
        | Bls12381MapFp2ToG2InputLength => "invalid input length",
        Blake2WrongFinalIndicatorFlag => "invalid final flag",
        Bls12381FpPaddingInvalid => "invalid field element top bytes",
        NonCanonicalFp => "invalid fp.Element encoding",
        Bls12381G1NotOnCurve | Bls12381G2NotOnCurve => "invalid point: not on curve",
        Bls12381G1NotInSubgroup => "g1 point is not on correct subgroup",
        Bls12381G2NotInSubgroup => "g2 point is not on correct subgroup",
        _ => return None,
    })
}
