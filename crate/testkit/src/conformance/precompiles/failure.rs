//! Why a call must fail. No contract can ask, so the precompile itself is.

use super::topic::Topic;
use parevm::vm::{
    SpecId,
    revm::precompile::{PrecompileHalt, PrecompileSpecId, Precompiles},
};

/// Compares why the precompile fails on `input` with `expected`, in go-ethereum's words.
///
/// # Errors
///
/// The difference in words.
pub(super) fn check(
    expected: &str,
    topic: &Topic,
    input: &[u8],
    spec: SpecId,
) -> Result<(), String> {
    let precompiles = Precompiles::new(PrecompileSpecId::from_spec_id(spec));
    let precompile = topic
        .address()
        .and_then(|address| precompiles.get(&address));
    let precompile = precompile.ok_or("there is no such precompile")?;
    let output = precompile.execute(input, u64::MAX, 0);
    let output = output.map_err(|error| error.to_string())?;
    match output.status.halt_reason() {
        Some(halt) if words(halt) == Some(expected) => Ok(()),
        Some(halt) => Err(format!("reason: expected {expected:?}, found {halt:?}")),
        None => Err(format!("reason: expected {expected:?}, there is none")),
    }
}

/// go-ethereum's words for it, for what vectors expect.
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
