//! Names of the suites.

use super::{Setup, Verdict, bal, blockchain, generated, precompiles, rpc, state, tracers, zkevm};
use std::{fmt, str::FromStr};

/// Suite: a format of fixtures, with the check of its cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    /// One transaction on a small state: state root and logs after it.
    State,
    /// Whole chains, from the genesis block on.
    Blockchain,
    /// Whole chains with few and expensive blocks.
    Benchmark,
    /// Calls of one precompile, or operands of one opcode: output, gas and failures.
    Precompiles,
    /// Block access lists: encodings, hash, order, size and content.
    Bal,
    /// Execution witnesses: proofs, and detection of missing parts.
    Zkevm,
    /// Random blocks of a seed: digest of the outcome. Its name is `made`.
    Generated,
    /// One transaction: output of a tracer.
    Tracers,
    /// JSON-RPC requests to a chain: responses. The input is a file packed with [`rpc::SharedFiles`].
    Rpc,
}

/// Function that runs the cases of one file and reports their verdicts.
type Run = fn(file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict));

impl Suite {
    /// Every suite.
    pub const ALL: [Self; 9] = [
        Self::State,
        Self::Blockchain,
        Self::Benchmark,
        Self::Precompiles,
        Self::Bal,
        Self::Zkevm,
        Self::Generated,
        Self::Tracers,
        Self::Rpc,
    ];

    /// Returns the name that users write.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Blockchain => "blockchain",
            Self::Benchmark => "benchmark",
            Self::Precompiles => "precompiles",
            Self::Bal => "bal",
            Self::Zkevm => "zkevm",
            Self::Generated => "made",
            Self::Tracers => "tracers",
            Self::Rpc => "rpc",
        }
    }

    /// Returns true if a file of this name may hold fixtures of this suite.
    #[must_use]
    pub fn reads(self, name: &str) -> bool {
        match self {
            Self::Rpc => name.ends_with(".io"),
            _ => name.ends_with(".json") || name.ends_with(".json.gz"),
        }
    }

    /// Runs the cases of one file. A file that cannot be decoded is one failed case with the reason.
    pub fn run(self, file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
        let run: Run = match self {
            Self::State => state::run,
            Self::Blockchain | Self::Benchmark => blockchain::run,
            Self::Precompiles => precompiles::run,
            Self::Bal => bal::run,
            Self::Zkevm => zkevm::run,
            Self::Generated => generated::run,
            Self::Tracers => tracers::run,
            Self::Rpc => rpc::run,
        };
        run(file, text, setup, report);
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Suite {
    type Err = UnknownSuite;

    fn from_str(name: &str) -> Result<Self, UnknownSuite> {
        let found = Self::ALL.into_iter().find(|suite| suite.name() == name);
        found.ok_or_else(|| UnknownSuite {
            name: name.to_owned(),
        })
    }
}

/// Error of an unknown suite name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown suite {name:?}; expected {}", names())]
pub struct UnknownSuite {
    /// Unknown name.
    pub name: String,
}

fn names() -> String {
    Suite::ALL.map(Suite::name).join(", ")
}
