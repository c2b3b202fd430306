//! Calls that are tried and change nothing.

use alloy_primitives::{Address, B256, Bytes, U256, address, b256, hex};
use parevm::{
    Block, MemoryState,
    block::{ForkSchedule, Header},
    interrupt::{Interrupt, time_limit},
    state::Account,
    vm::{Bytecode, HaltReason, InvalidTransaction, SpecId},
};
use parevm_simulate::{
    CallError, CallLimits, CallRequest, InvalidRequest, Overrides, Rejected, Simulation,
};
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

const CONTRACT: Address = address!("00000000000000000000000000000000000000cc");
const RICH: Address = address!("00000000000000000000000000000000000000aa");

/// A block under the newest rules whose state holds `code` at [`CONTRACT`] and one ether at [`RICH`].
fn world(code: &[u8]) -> (Block, MemoryState) {
    let header = Header {
        number: 100,
        timestamp: 1_800_000_000,
        gas_limit: 30_000_000,
        base_fee: Some(7),
        excess_blob_gas: Some(0),
        ..Header::default()
    };
    let block = Block::new(1, ForkSchedule::always(SpecId::OSAKA), header, Vec::new());
    let mut state = MemoryState::default();
    let code_hash = state.insert_code(Bytecode::new_legacy(Bytes::copy_from_slice(code)));
    let contract = Account {
        nonce: 1,
        code_hash,
        ..Account::default()
    };
    state.insert_account(CONTRACT, contract);
    let balance = U256::from(10).pow(U256::from(18));
    let rich = Account {
        balance,
        ..Account::default()
    };
    state.insert_account(RICH, rich);
    (block, state)
}

fn request(fields: Value) -> CallRequest {
    let mut request = json!({ "to": CONTRACT });
    for (field, value) in fields.as_object().unwrap() {
        request[field] = value.clone();
    }
    serde_json::from_value(request).unwrap()
}

fn overrides(fields: Value) -> Overrides {
    serde_json::from_value(fields).unwrap()
}

/// What a call without any field returns.
fn call(code: &[u8], changed: Value) -> Result<Bytes, CallError> {
    let (block, state) = world(code);
    let simulation = Simulation::new(&block, &state, &overrides(changed), CallLimits::default())?;
    simulation.call(&request(json!({})))
}

fn estimate(code: &[u8], fields: Value) -> Result<u64, CallError> {
    let (block, state) = world(code);
    let overrides = Overrides::default();
    let simulation = Simulation::new(&block, &state, &overrides, CallLimits::default())?;
    simulation.estimate_gas(&request(fields))
}

/// Code that returns the word which `code` leaves.
fn returning(code: &[u8]) -> Vec<u8> {
    // PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
    [code, &hex!("60005260206000f3")].concat()
}

fn word(number: u64) -> Bytes {
    U256::from(number).to_be_bytes_vec().into()
}

#[test]
fn a_call_sees_the_overridden_account() {
    // SELFBALANCE; then the slots 1 and 2 of the contract.
    let (balance, one, two) = (returning(&[0x47]), slot(1), slot(2));
    let at = |change: Value| json!({ "state": { CONTRACT.to_string(): change } });
    assert_eq!(call(&balance, at(json!({}))).unwrap(), word(0));
    assert_eq!(
        call(&balance, at(json!({ "balance": "0x9" }))).unwrap(),
        word(9)
    );
    let code = Bytes::from(returning(&[0x60, 5]));
    assert_eq!(call(&one, at(json!({ "code": code }))).unwrap(), word(5));

    let (block, mut state) = world(&two);
    state.insert_storage(CONTRACT, U256::from(2), U256::from(22));
    let two = |change: Value| {
        let limits = CallLimits::default();
        let simulation = Simulation::new(&block, &state, &overrides(at(change)), limits).unwrap();
        simulation.call(&request(json!({}))).unwrap()
    };
    let slots =
        |slot: u64| json!({ B256::from(U256::from(slot)).to_string(): B256::from(U256::from(7)) });
    assert_eq!(two(json!({ "stateDiff": slots(1) })), word(22));
    assert_eq!(two(json!({ "stateDiff": slots(2) })), word(7));
    assert_eq!(two(json!({ "state": slots(1) })), word(0));
    assert_eq!(two(json!({ "state": slots(2) })), word(7));
}

fn slot(slot: u8) -> Vec<u8> {
    returning(&[0x60, slot, 0x54])
}

#[test]
fn a_call_sees_the_overridden_block() {
    let random = b256!("00000000000000000000000000000000000000000000000000000000000000ee");
    let block = json!({ "block": {
        "number": "0x65", "time": "0x6b49d201", "gasLimit": "0x1", "feeRecipient": RICH,
        "prevRandao": random, "baseFeePerGas": "0x8", "blobBaseFee": "0x9",
        "blockHash": { "98": random },
    } });
    let ask =
        |opcode: &[u8]| U256::from_be_slice(&call(&returning(opcode), block.clone()).unwrap());
    assert_eq!(ask(&[0x43]), U256::from(101)); // NUMBER
    assert_eq!(ask(&[0x42]), U256::from(1_800_000_001)); // TIMESTAMP
    assert_eq!(ask(&[0x45]), U256::from(1)); // GASLIMIT
    assert_eq!(ask(&[0x41]), U256::from(0xaa)); // COINBASE
    assert_eq!(ask(&[0x44]), U256::from(0xee)); // PREVRANDAO
    assert_eq!(ask(&[0x60, 98, 0x40]), U256::from(0xee)); // BLOCKHASH of 98
}

#[test]
fn who_offers_no_price_pays_none_and_sees_none() {
    let (block, state) = world(&returning(&[0x48])); // BASEFEE
    let changed = overrides(json!({ "block": { "baseFeePerGas": "0x8" } }));
    let simulation = Simulation::new(&block, &state, &changed, CallLimits::default()).unwrap();
    let call = |fields| simulation.call(&request(fields));
    assert_eq!(call(json!({})).unwrap(), word(0));
    assert_eq!(
        call(json!({ "from": RICH, "gasPrice": "0x8" })).unwrap(),
        word(8)
    );
    let low = call(json!({ "from": RICH, "maxFeePerGas": "0x7" })).unwrap_err();
    assert!(
        matches!(
            low,
            CallError::Invalid(Rejected {
                reason: InvalidTransaction::GasPriceLessThanBasefee,
                ..
            })
        ),
        "{low:?}"
    );
    let poor = call(json!({ "gasPrice": "0x8" })).unwrap_err();
    assert!(lacks_funds(&poor), "{poor:?}");
    assert_eq!(poor.code(), -32_000);
}

fn lacks_funds(error: &CallError) -> bool {
    matches!(
        error,
        CallError::Invalid(Rejected {
            reason: InvalidTransaction::LackOfFundForMaxFee { .. },
            ..
        })
    )
}

#[test]
fn a_precompile_moves_and_leaves_its_place() {
    let (block, state) = world(&[]);
    let sha256 = Address::with_last_byte(2);
    let there = address!("000000000000000000000000000000000000beef");
    let moved = |change: Value| {
        let overrides = overrides(json!({ "state": change }));
        Simulation::new(&block, &state, &overrides, CallLimits::default())
    };
    let code = Bytes::from(returning(&[0x60, 5]));
    let simulation = moved(json!({
        sha256.to_string(): { "movePrecompileToAddress": there, "code": code },
    }))
    .unwrap();
    let call = |to: Address| simulation.call(&request(json!({ "to": to }))).unwrap();
    let empty = hex!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(call(there).as_ref(), empty);
    assert_eq!(call(sha256), word(5));

    let conflict = |change| match moved(change).unwrap_err() {
        CallError::InvalidRequest(invalid) => invalid,
        other => panic!("{other:?}"),
    };
    let to = |to: Address| json!({ "movePrecompileToAddress": to });
    let identity = Address::with_last_byte(4);
    let itself = conflict(json!({ sha256.to_string(): to(sha256) }));
    assert_eq!(itself, InvalidRequest::MovedToItself { address: sha256 });
    assert_eq!(itself.code(), -38_022);
    let onto = json!({ sha256.to_string(): to(RICH), RICH.to_string(): { "nonce": "0x1" } });
    assert_eq!(conflict(onto), InvalidRequest::Overridden { address: RICH });
    let none = json!({ RICH.to_string(): to(there) });
    assert_eq!(
        conflict(none),
        InvalidRequest::NotPrecompile { address: RICH }
    );

    // The vectors of execution-apis allow this; the greater address wins.
    let twice = json!({ sha256.to_string(): to(there), identity.to_string(): to(there) });
    let simulation = moved(twice).unwrap();
    let echo = json!({ "to": there, "input": "0x1234" });
    assert_eq!(
        simulation.call(&request(echo)).unwrap().as_ref(),
        hex!("1234")
    );
}

#[test]
fn a_revert_carries_its_data_and_reason() {
    // PUSH4 of Error(string) at 0, offset 32, length 2, "no"; REVERT of 100 bytes.
    let data = [
        &hex!("08c379a0")[..],
        &U256::from(32).to_be_bytes::<32>(),
        &U256::from(2).to_be_bytes::<32>(),
        &[b"no".as_slice(), &[0; 30]].concat(),
    ]
    .concat();
    // The data follows the code: CODECOPY(0, 12, 100), REVERT(0, 100).
    let code = [&hex!("6064600c60003960646000fd")[..], &data].concat();
    let error = call(&code, json!({})).unwrap_err();
    assert_eq!(error.to_string(), "execution reverted: no");
    assert_eq!(error.code(), 3);
    assert_eq!(error.data().unwrap().as_ref(), data);

    let (block, state) = world(&code);
    let limits = CallLimits::default();
    let simulation = Simulation::new(&block, &state, &Overrides::default(), limits).unwrap();
    let estimate = simulation.estimate_gas(&request(json!({}))).unwrap_err();
    assert_eq!(estimate.code(), 3);
    let list = simulation.create_access_list(&request(json!({}))).unwrap();
    assert_eq!(list.error.as_deref(), Some("execution reverted"));
}

/// JUMPDEST, PUSH1 0, JUMP
const FOR_EVER: [u8; 4] = hex!("5b600056");

#[test]
fn a_loop_ends_with_its_gas() {
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
fn a_loop_ends_with_its_time() {
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
    // A millisecond goes by between two looks at the clock.
    let now = now.load(Relaxed) / 1_000_000;
    assert!((20..=30).contains(&now), "{now}");
}

/// Each has few instructions, of which one takes 98,304 gas or more.
#[test]
fn a_loop_of_expensive_instructions_ends_with_its_time() {
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
        // It would have 30 to 150 turns, and 300 to 1,500 instructions.
        assert!(
            matches!(error, CallError::Interrupted(Interrupt::Time { .. })),
            "{}: {error:?}",
            hex::encode(&code)
        );
    }
}

/// BLAKE2F of 2^32 rounds would take minutes.
#[test]
fn a_precompile_is_not_called_once_the_time_is_over() {
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

#[test]
fn a_plain_transfer_needs_what_it_costs() {
    let to = address!("00000000000000000000000000000000000000bb");
    let gas = |fields: Value| estimate(&[], fields);
    assert_eq!(gas(json!({ "to": to })).unwrap(), 21_000);
    let paid = json!({ "to": to, "from": RICH, "value": "0x1", "gasPrice": "0x7" });
    assert_eq!(gas(paid).unwrap(), 21_000);
    // Data of ten zeros: the floor of EIP-7623 is 10 per token.
    let data = gas(json!({ "to": to, "data": "0x00000000000000000000" })).unwrap();
    assert!((21_100..=21_416).contains(&data), "{data}");
}

#[test]
fn an_estimate_is_enough_and_little_more_than_needed() {
    // Reverts unless there are 300,000 gas: GAS, PUSH3 300000, LT, PUSH1 14, JUMPI, 0, 0, REVERT, STOP.
    let hungry = hex!("5a620493e010600e5760006000fd5b00");
    let (block, state) = world(&hungry);
    let limits = CallLimits::default();
    let simulation = Simulation::new(&block, &state, &Overrides::default(), limits).unwrap();
    let gas = simulation.estimate_gas(&request(json!({}))).unwrap();
    let succeeds = |gas: u64| {
        let request = request(json!({ "gas": format!("{gas:#x}") }));
        simulation.call(&request).is_ok()
    };
    assert!(succeeds(gas), "{gas}");
    assert!(!succeeds(gas * 985 / 1_000), "{gas}");
}

#[test]
fn an_estimate_is_bounded_by_what_the_sender_can_pay() {
    let code = returning(&[0x47]);
    let price = |price: u64| json!({ "from": RICH, "gasPrice": format!("{price:#x}") });
    assert!(estimate(&code, price(1_000_000_000)).is_ok());
    // One ether pays 20,000 gas at this price.
    let error = estimate(&code, price(50_000_000_000_000)).unwrap_err();
    assert_eq!(error.to_string(), "gas required exceeds allowance (20000)");
    let all = json!({ "from": RICH, "gasPrice": "0x7", "value": "0xde0b6b3a7640000" });
    let error = estimate(&code, all).unwrap_err();
    assert!(lacks_funds(&error), "{error:?}");
}

#[test]
fn an_access_list_holds_what_is_touched_and_makes_it_cheaper() {
    // BALANCE of the sender's neighbour, SLOAD of slot 5.
    let code = [&hex!("61bbbb3150")[..], &slot(5)].concat();
    let (block, state) = world(&code);
    let limits = CallLimits::default();
    let simulation = Simulation::new(&block, &state, &Overrides::default(), limits).unwrap();
    let result = simulation
        .create_access_list(&request(json!({ "from": RICH })))
        .unwrap();
    let expected = json!([
        { "address": "0x000000000000000000000000000000000000bbbb", "storageKeys": [] },
        { "address": CONTRACT, "storageKeys": [B256::from(U256::from(5))] },
    ]);
    let mut found = serde_json::to_value(&result.access_list).unwrap();
    found
        .as_array_mut()
        .unwrap()
        .sort_by_key(|item| item["address"] != "0x000000000000000000000000000000000000bbbb");
    assert_eq!(found, expected);
    assert_eq!(result.error, None);
    // 21,000, two addresses and a key of the list, a warm account, a warm slot, and the rest of the code.
    assert_eq!(
        result.gas_used,
        U256::from(21_000 + 2 * 2_400 + 1_900 + 100 + 100 + 3 + 2 + 3 + 3 + 6 + 3 + 3)
    );
}

#[test]
fn requests_that_contradict_themselves_are_refused() {
    let refused = |fields: Value| match estimate(&[], fields).unwrap_err() {
        CallError::InvalidRequest(invalid) => invalid,
        other => panic!("{other:?}"),
    };
    let prices = json!({ "gasPrice": "0x1", "maxFeePerGas": "0x1" });
    assert_eq!(refused(prices), InvalidRequest::Prices);
    let input = json!({ "data": "0x01", "input": "0x02" });
    assert_eq!(refused(input), InvalidRequest::Input);
    let chain = InvalidRequest::ChainId {
        given: 5,
        chain_id: 1,
    };
    assert_eq!(refused(json!({ "chainId": "0x5" })), chain);
    let fee = InvalidRequest::Type {
        field: "maxFeePerGas",
        transaction_type: 1,
    };
    assert_eq!(
        refused(json!({ "type": "0x1", "maxFeePerGas": "0x1" })),
        fee
    );

    let (block, state) = world(&[]);
    let refused = |changed: Value| {
        let changed = overrides(changed);
        match Simulation::new(&block, &state, &changed, CallLimits::default()).unwrap_err() {
            CallError::InvalidRequest(invalid) => invalid,
            other => panic!("{other:?}"),
        }
    };
    let both = json!({ "state": { CONTRACT.to_string(): { "state": {}, "stateDiff": {} } } });
    assert_eq!(refused(both), InvalidRequest::Storage { address: CONTRACT });
    let number = json!({ "block": { "number": "0x10000000000000000" } });
    assert_eq!(
        refused(number),
        InvalidRequest::TooLarge { field: "number" }
    );
}
