//! Block, state and requests of the tests of single calls.

use alloy_primitives::{Address, Bytes, U256, address, hex};
use parevm::{
    Block, MemoryState,
    block::{ForkSchedule, Header},
    state::Account,
    vm::{Bytecode, InvalidTransaction, SpecId},
};
use parevm_simulate::{CallError, CallLimits, CallRequest, Overrides, Rejected, Simulation};
use serde_json::{Value, json};

pub(super) const CONTRACT: Address = address!("00000000000000000000000000000000000000cc");

pub(super) const RICH: Address = address!("00000000000000000000000000000000000000aa");

/// A block under the newest rules whose state holds `code` at [`CONTRACT`] and one ether at [`RICH`].
pub(super) fn world(code: &[u8]) -> (Block, MemoryState) {
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

pub(super) fn request(fields: Value) -> CallRequest {
    let mut request = json!({ "to": CONTRACT });
    for (field, value) in fields.as_object().unwrap() {
        request[field] = value.clone();
    }
    serde_json::from_value(request).unwrap()
}

pub(super) fn overrides(fields: Value) -> Overrides {
    serde_json::from_value(fields).unwrap()
}

/// Returns the output of a call without fields.
pub(super) fn call(code: &[u8], changed: Value) -> Result<Bytes, CallError> {
    let (block, state) = world(code);
    let simulation = Simulation::new(&block, &state, &overrides(changed), CallLimits::default())?;
    simulation.call(&request(json!({})))
}

pub(super) fn estimate(code: &[u8], fields: Value) -> Result<u64, CallError> {
    let (block, state) = world(code);
    let overrides = Overrides::default();
    let simulation = Simulation::new(&block, &state, &overrides, CallLimits::default())?;
    simulation.estimate_gas(&request(fields))
}

/// Returns code that returns the word that `code` leaves on the stack.
pub(super) fn returning(code: &[u8]) -> Vec<u8> {
    // PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
    [code, &hex!("60005260206000f3")].concat()
}

pub(super) fn slot(slot: u8) -> Vec<u8> {
    returning(&[0x60, slot, 0x54])
}

pub(super) fn word(number: u64) -> Bytes {
    U256::from(number).to_be_bytes_vec().into()
}

pub(super) fn lacks_funds(error: &CallError) -> bool {
    matches!(
        error,
        CallError::Invalid(Rejected {
            reason: InvalidTransaction::LackOfFundForMaxFee { .. },
            ..
        })
    )
}

/// JUMPDEST, PUSH1 0, JUMP
pub(super) const FOR_EVER: [u8; 4] = hex!("5b600056");
