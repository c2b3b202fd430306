//! Everything that is tested from outside, in one program: each would be linked with the whole engine.
//! What counts allocations is a program of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod block {
    mod bad_input;
    mod bundle;
    mod collision;
    mod invalid;
    mod recorded;
    mod rules;
    mod stateless;
    mod system;
}
mod chain;
mod execution_apis;
mod executor {
    mod adversarial;
    mod bal;
    mod chain;
    mod creation;
    mod engine;
    mod fetched;
    mod full_balances;
    mod fuzz;
    mod hashes;
    mod hot_account;
    mod known_faults;
    mod made_blocks;
    mod partial_results;
    mod payments;
    mod stream;
    mod synthetic;
}
/// What tests and benchmarks share.
mod kit {
    #[cfg(feature = "conformance")]
    mod forks;
    mod measure;
    #[cfg(feature = "conformance")]
    mod precompiles;
    mod random;
    mod signed;
    mod signer;
    #[cfg(feature = "conformance")]
    mod skip;
}
mod node {
    mod dump;
    mod events;
    mod fees;
    mod filters;
    mod keeping;
    mod logs;
    mod mining;
    mod options;
    mod pending;
    mod receipts;
    mod reserved;
    mod rewind;
    mod saved;
    mod sending;
    mod signing;
    mod state;
    mod typed_data;
}
mod rpc {
    mod echo;
    mod lookups;
    mod methods;
    mod table;
    #[cfg(feature = "schemas")]
    mod vectors;
}
mod simulate {
    mod as_geth;
    mod blocks;
    mod calls;
    mod fees;
    mod words;
    /// What calls would do, in one report.
    mod report {
        mod approvals;
        mod assets;
        mod bundles;
        mod failures;
        mod odd;
        mod side_by_side;
        mod signing;
        mod traces;
        mod world;
    }
}
mod trace {
    mod answers;
    mod calls;
    mod endings;
    mod logs;
    mod options;
    mod prestate;
    mod steps;
    #[cfg(feature = "conformance")]
    mod vectors;
    mod world;
}
