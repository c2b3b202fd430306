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
    mod mining_limits;
    mod mining_time;
    mod options;
    mod pending;
    mod receipts;
    mod reserved;
    mod reserved_limits;
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
    mod call_limits;
    mod calls;
    mod error_text {
        mod calls;
        mod support;
        mod transactions;
    }
    mod estimates;
    mod fees;
    mod report {
        mod approvals;
        mod bundles;
        mod failures;
        mod missing_events;
        mod native;
        mod odd_events;
        mod odd_tokens;
        mod parallel;
        mod scenario;
        mod signing;
        mod tokens;
        mod traces;
        mod unreliable_tokens;
    }
    mod scenario;
    mod simulate_v1 {
        mod blocks;
        mod errors;
        mod logs;
        mod state;
        mod support;
    }
}
mod trace {
    mod calls;
    mod frame_errors;
    mod logs;
    mod options;
    mod prestate;
    mod scenario;
    mod struct_log;
    mod struct_log_faults;
    mod struct_log_gas;
    mod struct_log_options;
    mod transactions;
    #[cfg(feature = "conformance")]
    mod vectors;
}
