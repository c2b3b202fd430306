//! Test vectors: decoding, call data, and check of the result.

use super::{contract::CallLog, failure, tested_operation::TestedOperation};
use crate::conformance::alloc::same;
use alloy_primitives::{Bytes, Log, U256, hex};
use parevm::vm::SpecId;
use serde::Deserialize;

/// Gas of a call that must fail, all of which it must use.
const FAILURE_GAS: u64 = 1_000_000;

/// Test vector.
#[derive(Debug)]
pub(super) struct Vector {
    /// Name of the file and of the vector; its position if it has none.
    pub(super) name: String,
    operands: Operands,
}

#[derive(Debug)]
enum Operands {
    Call { input: Bytes, expected: Expected },
    Words { x: U256, y: U256, expected: U256 },
}

#[derive(Debug)]
enum Expected {
    Output { output: Bytes, gas: u64 },
    Failure(String),
}

/// Vector as in a file.
#[derive(Deserialize)]
#[serde(untagged)]
enum JsonVector {
    #[serde(rename_all = "PascalCase")]
    Call {
        name: String,
        input: String,
        expected: String,
        gas: u64,
    },
    #[serde(rename_all = "PascalCase")]
    Failure {
        name: String,
        input: String,
        expected_error: String,
    },
    #[serde(rename_all = "PascalCase")]
    Words {
        x: String,
        y: String,
        expected: String,
    },
}

/// Decodes the vectors of the file `file`.
///
/// # Errors
///
/// The first error, in words.
pub(super) fn read(file: &str, text: &[u8]) -> Result<Vec<Vector>, String> {
    let vectors: Vec<JsonVector> =
        serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if vectors.is_empty() {
        return Err("holds no vector".to_owned());
    }
    let numbered = vectors.into_iter().enumerate();
    numbered
        .map(|(index, vector)| Vector::read(file, index, vector))
        .collect()
}

impl Vector {
    fn read(file: &str, index: usize, vector: JsonVector) -> Result<Self, String> {
        let (name, operands) = match vector {
            JsonVector::Call {
                name,
                input,
                expected,
                gas,
            } => {
                let (input, output) = (bytes(&input)?, bytes(&expected)?);
                let expected = Expected::Output { output, gas };
                (name, Operands::Call { input, expected })
            }
            JsonVector::Failure {
                name,
                input,
                expected_error,
            } => {
                let input = bytes(&input)?;
                let expected = Expected::Failure(expected_error);
                (name, Operands::Call { input, expected })
            }
            JsonVector::Words { x, y, expected } => {
                let [x, y, expected] = [word(&x)?, word(&y)?, word(&expected)?];
                (index.to_string(), Operands::Words { x, y, expected })
            }
        };
        Ok(Self {
            name: format!("{file}/{name}"),
            operands,
        })
    }

    /// Returns the gas of the call.
    fn call_gas(&self) -> u64 {
        match &self.operands {
            // More than expected, so that a higher gas cost is measurable.
            Operands::Call {
                expected: Expected::Output { gas, .. },
                ..
            } => 2 * gas + 10_000,
            Operands::Call {
                expected: Expected::Failure(_),
                ..
            } => FAILURE_GAS,
            Operands::Words { .. } => 0,
        }
    }

    /// Returns the gas limit of the transaction: two calls, the input in call data and memory, the contract itself.
    pub(super) fn gas_limit(&self) -> u64 {
        3 * self.call_gas() + 100 * self.data().len() as u64 + 500_000
    }

    /// Returns the call data.
    pub(super) fn data(&self) -> Bytes {
        let word = |number: U256| number.to_be_bytes::<32>();
        match &self.operands {
            Operands::Call { input, expected } => {
                // Too little gas, by one.
                let insufficient = match expected {
                    Expected::Output { gas, .. } => gas.saturating_sub(1),
                    Expected::Failure(_) => FAILURE_GAS / 2,
                };
                let [gas, insufficient] =
                    [self.call_gas(), insufficient].map(|gas| word(U256::from(gas)));
                [&gas, &insufficient, input.as_ref()].concat().into()
            }
            Operands::Words { x, y, .. } => [word(*x), word(*y)].concat().into(),
        }
    }

    /// Compares the log of the contract in fork `spec`.
    ///
    /// # Errors
    ///
    /// The first difference in words.
    pub(super) fn check(
        &self,
        log: &Log,
        operation: &TestedOperation,
        spec: SpecId,
    ) -> Result<(), String> {
        let (input, expected) = match &self.operands {
            Operands::Call { input, expected } => (input, expected),
            Operands::Words { expected, .. } => {
                let expected = Bytes::from(expected.to_be_bytes::<32>());
                return same("result", &expected, &log.data.data);
            }
        };
        let call = CallLog::read(log, spec).ok_or("the contract failed before its log")?;
        same("bytes of input", &input.len(), &call.input)?;
        match expected {
            Expected::Output { output, gas } => {
                same("success", &true, &call.is_success)?;
                same("gas used", gas, &call.gas_used)?;
                same("output", output, call.output)?;
                let is_free = *gas == 0;
                same("success with less gas", &is_free, &call.is_first_success)
            }
            Expected::Failure(reason) => {
                same("success", &false, &call.is_success)?;
                same("success", &false, &call.is_first_success)?;
                same("gas used", &FAILURE_GAS, &call.gas_used)?;
                same("output", &Bytes::new(), call.output)?;
                failure::check(reason, operation, input, spec)
            }
        }
    }
}

fn bytes(text: &str) -> Result<Bytes, String> {
    let bytes = hex::decode(text).map_err(|error| format!("{error} in {text:?}"))?;
    Ok(bytes.into())
}

fn word(text: &str) -> Result<U256, String> {
    let bytes = bytes(text)?;
    U256::try_from_be_slice(&bytes).ok_or_else(|| format!("{text:?} is longer than a word"))
}
