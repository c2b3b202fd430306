//! The suites, by name.

use super::{Setup, Verdict, bal, blockchain, made, precompiles, rpc, state, tracers, zkevm};
use std::{fmt, str::FromStr};

/// A kind of fixture, and how its cases are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    /// One transaction on a small state: the state root and the logs after it.
    State,
    /// Whole chains, from the genesis block on.
    Blockchain,
    /// The same with few and heavy blocks.
    Benchmark,
    /// Calls of one precompile, or words for one opcode: output, gas and failures.
    Precompiles,
    /// Block access lists: encodings, hash, order, size, and what they say.
    Bal,
    /// Execution witnesses: what they prove, and what is missing.
    Zkevm,
    /// Random blocks of a seed: the hash of what they leave.
    Made,
    /// One transaction, and what a tracer tells of it.
    Tracers,
    /// Requests of JSON-RPC to a chain, and the answers. What is read is a file with what lies beside
    /// it, see [`rpc::Beside`].
    Rpc,
}

/// Reads one file and reports what becomes of each case in it.
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
        Self::Made,
        Self::Tracers,
        Self::Rpc,
    ];

    /// The name users write.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Blockchain => "blockchain",
            Self::Benchmark => "benchmark",
            Self::Precompiles => "precompiles",
            Self::Bal => "bal",
            Self::Zkevm => "zkevm",
            Self::Made => "made",
            Self::Tracers => "tracers",
            Self::Rpc => "rpc",
        }
    }

    /// True when a file of this name may hold fixtures of this suite.
    #[must_use]
    pub fn reads(self, name: &str) -> bool {
        match self {
            Self::Rpc => name.ends_with(".io"),
            _ => name.ends_with(".json") || name.ends_with(".json.gz"),
        }
    }

    /// Runs the cases of one file. A file that cannot be used is one failed case with the reason.
    pub fn run(self, file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
        let run: Run = match self {
            Self::State => state::run,
            Self::Blockchain | Self::Benchmark => blockchain::run,
            Self::Precompiles => precompiles::run,
            Self::Bal => bal::run,
            Self::Zkevm => zkevm::run,
            Self::Made => made::run,
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

/// No suite has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no suite is called {name:?}, the names are {}", names())]
pub struct UnknownSuite {
    /// What was asked for.
    pub name: String,
}

fn names() -> String {
    Suite::ALL.map(Suite::name).join(", ")
}
