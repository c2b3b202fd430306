//! Vectors: how files spell them, what is asked, and whether the answer is right.

use super::{contract::Answer, failure, topic::Topic};
use crate::conformance::alloc::same;
use alloy_primitives::{Bytes, Log, U256, hex};
use parevm::vm::SpecId;
use serde::Deserialize;

/// Gas for a call that must fail. It must use all of it.
const GAS_TO_FAIL_WITH: u64 = 1_000_000;

/// One vector.
#[derive(Debug)]
pub(super) struct Vector {
    /// The file's name and its own; a number where it has none.
    pub(super) name: String,
    question: Question,
}

#[derive(Debug)]
enum Question {
    Call { input: Bytes, expected: Expected },
    Words { x: U256, y: U256, expected: U256 },
}

#[derive(Debug)]
enum Expected {
    Output { output: Bytes, gas: u64 },
    Failure(String),
}

/// A vector as files spell it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Spelling {
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

/// Reads the vectors of the file called `file`.
///
/// # Errors
///
/// What cannot be read, in words.
pub(super) fn read(file: &str, text: &[u8]) -> Result<Vec<Vector>, String> {
    let spellings: Vec<Spelling> =
        serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if spellings.is_empty() {
        return Err("holds no vector".to_owned());
    }
    let numbered = spellings.into_iter().enumerate();
    numbered
        .map(|(index, spelling)| Vector::read(file, index, spelling))
        .collect()
}

impl Vector {
    fn read(file: &str, index: usize, spelling: Spelling) -> Result<Self, String> {
        let (name, question) = match spelling {
            Spelling::Call {
                name,
                input,
                expected,
                gas,
            } => {
                let (input, output) = (bytes(&input)?, bytes(&expected)?);
                let expected = Expected::Output { output, gas };
                (name, Question::Call { input, expected })
            }
            Spelling::Failure {
                name,
                input,
                expected_error,
            } => {
                let input = bytes(&input)?;
                let expected = Expected::Failure(expected_error);
                (name, Question::Call { input, expected })
            }
            Spelling::Words { x, y, expected } => {
                let [x, y, expected] = [word(&x)?, word(&y)?, word(&expected)?];
                (index.to_string(), Question::Words { x, y, expected })
            }
        };
        Ok(Self {
            name: format!("{file}/{name}"),
            question,
        })
    }

    /// Gas that the call needs at most.
    fn call_gas(&self) -> u64 {
        match &self.question {
            // More than expected, so that it can be seen how much is used.
            Question::Call {
                expected: Expected::Output { gas, .. },
                ..
            } => 2 * gas + 10_000,
            Question::Call {
                expected: Expected::Failure(_),
                ..
            } => GAS_TO_FAIL_WITH,
            Question::Words { .. } => 0,
        }
    }

    /// Gas for a transaction: two calls, bytes of input in data and memory, the contract itself.
    pub(super) fn gas_limit(&self) -> u64 {
        3 * self.call_gas() + 100 * self.data().len() as u64 + 500_000
    }

    /// Call data.
    pub(super) fn data(&self) -> Bytes {
        let word = |number: U256| number.to_be_bytes::<32>();
        match &self.question {
            Question::Call { input, expected } => {
                // What is one too little.
                let little = match expected {
                    Expected::Output { gas, .. } => gas.saturating_sub(1),
                    Expected::Failure(_) => GAS_TO_FAIL_WITH / 2,
                };
                let [gas, little] = [self.call_gas(), little].map(|gas| word(U256::from(gas)));
                [&gas, &little, input.as_ref()].concat().into()
            }
            Question::Words { x, y, .. } => [word(*x), word(*y)].concat().into(),
        }
    }

    /// Compares what the contract logged under `spec`.
    ///
    /// # Errors
    ///
    /// The first difference in words.
    pub(super) fn check(&self, log: &Log, topic: &Topic, spec: SpecId) -> Result<(), String> {
        let (input, expected) = match &self.question {
            Question::Call { input, expected } => (input, expected),
            Question::Words { expected, .. } => {
                let expected = Bytes::from(expected.to_be_bytes::<32>());
                return same("result", &expected, &log.data.data);
            }
        };
        let answer = Answer::read(log, spec).ok_or("the contract did not come to its end")?;
        same("bytes of input", &input.len(), &answer.input)?;
        match expected {
            Expected::Output { output, gas } => {
                same("success", &true, &answer.is_success)?;
                same("gas used", gas, &answer.gas_used)?;
                same("output", output, answer.output)?;
                let is_free = *gas == 0;
                same("success with less gas", &is_free, &answer.is_first_success)
            }
            Expected::Failure(reason) => {
                same("success", &false, &answer.is_success)?;
                same("success", &false, &answer.is_first_success)?;
                same("gas used", &GAS_TO_FAIL_WITH, &answer.gas_used)?;
                same("output", &Bytes::new(), answer.output)?;
                failure::check(reason, topic, input, spec)
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
    U256::try_from_be_slice(&bytes).ok_or_else(|| format!("{text:?} is more than a word"))
}
