//! Limits of a call: gas and time.

use super::scenario::{FOR_EVER, call, estimate, request, world};
use alloy_primitives::{address, hex};
use parevm::{
    interrupt::{Interrupt, time_limit},
    vm::HaltReason,
};
use parevm_simulate::{CallError, CallLimits, Overrides, Simulation};
use serde_json::json;
use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

#[test]
fn an_endless_loop_ends_when_its_gas_is_used() {
    let error = call(&FOR_EVER, json!({})).unwrap_err();
    assert!(
        matches!(
            error,
            CallError::Halted {
                reason: HaltReason::OutOfGas(_),
                ..
            }
        ),
        "{error:?}"
    );
    let error = estimate(&FOR_EVER, json!({ "gas": "0x186a0" })).unwrap_err();
    assert_eq!(error.to_string(), "gas required exceeds allowance (100000)");
}

#[test]
fn an_endless_loop_ends_when_its_time_is_exceeded() {
    let (block, state) = world(&FOR_EVER);
    let now = AtomicU64::new(0);
    let clock = || now.fetch_add(1_000_000, Relaxed) + 1_000_000;
    let limit = Duration::from_millis(20);
    let watch = time_limit(clock, limit);
    let limits = CallLimits {
        watch: Some(&watch),
        ..CallLimits::default()
    };
    let simulation = Simulation::new(&block, &state, &Overrides::default(), limits).unwrap();
    let error = simulation.call(&request(json!({}))).unwrap_err();
    assert!(
        matches!(error, CallError::Interrupted(Interrupt::Time { .. })),
        "{error:?}"
    );
    assert_eq!(error.code(), -32_016);
    assert_eq!(error.to_string(), "the run took longer than 20 ms");
    // The clock advances a millisecond per reading.
    let now = now.load(Relaxed) / 1_000_000;
    assert!((20..=30).contains(&now), "{now}");
}

/// Each loop has few instructions, one of which takes 98,304 gas or more.
#[test]
fn a_loop_of_expensive_instructions_ends_when_its_time_is_exceeded() {
    let loops = [
        // JUMPDEST, 1 MiB, .., JUMP: KECCAK256, MCOPY, CALLDATACOPY, CODECOPY, EXTCODECOPY.
        hex!("5b621000005f20505f56").to_vec(),
        hex!("5b621000005f5f5e5f56").to_vec(),
        hex!("5b621000005f5f375f56").to_vec(),
        hex!("5b621000005f5f395f56").to_vec(),
        hex!("5b621000005f5f303c5f56").to_vec(),
        // The identity precompile of 1 MiB, and RETURNDATACOPY of what it returned.
        hex!("5b5f5f621000005f60045afa503d5f5f3e5f56").to_vec(),
        // CREATE2 of 48 KiB that do nothing, with a new salt each time.
        hex!("5f5b8061c0005f5ff550600101600156").to_vec(),
    ];
    for code in loops {
        let (block, state) = world(&code);
        let now = AtomicU64::new(0);
        let clock = || now.fetch_add(1_000_000, Relaxed) + 1_000_000;
        let watch = time_limit(clock, Duration::from_millis(60));
        let limits = CallLimits {
            gas: 30_000_000,
            watch: Some(&watch),
            ..CallLimits::default()
        };
        let simulation = Simulation::new(&block, &state, &Overrides::default(), limits).unwrap();
        let error = simulation.call(&request(json!({}))).unwrap_err();
        // The gas suffices for 30 to 150 iterations, 300 to 1,500 instructions.
        assert!(
            matches!(error, CallError::Interrupted(Interrupt::Time { .. })),
            "{}: {error:?}",
            hex::encode(&code)
        );
    }
}

/// BLAKE2F of 2^32 rounds would take minutes.
#[test]
fn a_precompile_is_not_called_after_the_time_is_exceeded() {
    let (block, state) = world(&[]);
    let watch = || Some(Interrupt::Cancelled);
    let limits = CallLimits {
        gas: 1 << 40,
        watch: Some(&watch),
        ..CallLimits::default()
    };
    let simulation = Simulation::new(&block, &state, &Overrides::default(), limits).unwrap();
    let data = format!("0xffffffff{}01", "00".repeat(208));
    let to = address!("0000000000000000000000000000000000000009");
    let error = simulation
        .call(&request(json!({ "to": to, "data": data })))
        .unwrap_err();
    assert!(
        matches!(error, CallError::Interrupted(Interrupt::Cancelled)),
        "{error:?}"
    );
}
