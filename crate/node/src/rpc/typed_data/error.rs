//! Errors of typed data, and paths of values.

use parevm_simulate::checksum;
use serde_json::Value;
use std::fmt::{self, Write as _};

/// Maximum number of structures of a message.
pub(super) const MAX_TYPES: usize = 100;

/// Maximum size of all structures in bytes: names and types of their fields.
pub(super) const MAX_TEXT: usize = 64 << 10;

/// Maximum nesting of structures and lists.
pub(super) const MAX_DEPTH: usize = 32;

/// Maximum number of bytes to hash, or to compare: for each value 32, its text, its type and its name.
pub(super) const MAX_HASHED: usize = 8 << 20;

/// Characters of a wrong value in an error.
const SHOWN: usize = 80;

/// Reason why typed data have no hash.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub(in crate::rpc) struct TypedDataError {
    /// Path of the field, from `domain`, `message` or `types` on.
    path: String,
    problem: Problem,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
/// Problem of a value.
pub(super) enum Problem {
    #[error("missing, expected {kind}")]
    Missing { kind: String },
    #[error("expected {kind}, found {found}")]
    Mismatch { kind: String, found: String },
    #[error("{found} does not fit {kind}")]
    Range { kind: String, found: String },
    #[error("{found} may have lost digits as a JSON number; write it as a string")]
    Inexact { found: String },
    #[error("{kind} is neither a type of Solidity nor in types")]
    UnknownType { kind: String },
    #[error("{found} is another chain than that of this node, {chain_id}")]
    OtherChain { found: String, chain_id: u64 },
    #[error("{kind} cannot be the name of a structure")]
    TypeName { kind: String },
    #[error("found {found} structures, at most {MAX_TYPES} are hashed")]
    TypeCount { found: usize },
    #[error("names and types have {found} bytes together, at most {MAX_TEXT} are hashed")]
    TypeText { found: usize },
    #[error("more than {MAX_DEPTH} structures and lists are within each other")]
    Depth,
    #[error("more than {MAX_HASHED} bytes would be hashed")]
    Hashed,
    #[error(transparent)]
    Checksum(#[from] checksum::ChecksumError),
}

/// Path of a value.
pub(super) enum Path<'p> {
    Root(&'static str),
    Field(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    pub(super) fn error(&self, problem: Problem) -> TypedDataError {
        let path = self.to_string();
        TypedDataError { path, problem }
    }

    pub(super) fn mismatch(&self, kind: &str, value: &Value) -> TypedDataError {
        self.error(Problem::Mismatch {
            kind: kind.into(),
            found: shown(value),
        })
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Field(outer, name) => write!(f, "{outer}.{name}"),
            Self::Item(outer, index) => write!(f, "{outer}[{index}]"),
        }
    }
}

/// Returns a value in the form of an error, shortened.
pub(super) fn shown(value: &Value) -> String {
    let mut shown = Shown::default();
    // Writing fails after the last character that is shown.
    match write!(shown, "{value}") {
        Ok(()) => shown.text,
        Err(_) => shown.text + "...",
    }
}

/// Prefix of a text.
#[derive(Default)]
struct Shown {
    text: String,
    chars: usize,
}

impl fmt::Write for Shown {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            if self.chars == SHOWN {
                return Err(fmt::Error);
            }
            self.text.push(char);
            self.chars += 1;
        }
        Ok(())
    }
}
