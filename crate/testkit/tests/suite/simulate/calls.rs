//! Calls with overrides: their output and their errors.

use super::scenario::{
    CONTRACT, RICH, call, estimate, lacks_funds, overrides, request, returning, slot, word, world,
};
use alloy_primitives::{Address, B256, Bytes, U256, address, b256, hex};
use parevm::vm::InvalidTransaction;
use parevm_simulate::{CallError, CallLimits, InvalidRequest, Overrides, Rejected, Simulation};
use serde_json::{Value, json};

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
fn a_call_without_a_price_pays_no_fee_and_sees_a_base_fee_of_zero() {
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

#[test]
fn a_moved_precompile_is_no_longer_at_its_address() {
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

#[test]
fn contradictory_requests_are_rejected() {
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
