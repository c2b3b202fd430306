//! Integration tests in one program, since each program links the whole engine. Tests that count allocations are
//! separate programs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod block {
    mod bad_input;
    mod bundle;
    mod eip7610;
    mod invalid;
    mod recorded;
    mod recovered;
    mod rules;
    mod stateless;
    mod system;
}
mod chain;
mod execution_apis;
mod executor {
    mod adversarial;
    mod bal;
    mod bal_mismatch;
    mod chain;
    mod creation;
    mod engine;
    mod fetched_state;
    mod full_balances;
    mod fuzz;
    mod generated_blocks;
    mod hot_account;
    mod keccak_cache;
    mod known_faults;
    mod partial_results;
    mod stream;
    mod synthetic;
    mod transfers;
}
/// Test kit itself.
mod kit {
    #[cfg(feature = "conformance")]
    mod forks;
    mod measurement;
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
    mod bare_call;
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
