//! For each hook, a transaction whose result would change without it.

use crate::{
    Block, MemoryState,
    block::{ForkSchedule, Header, HeaderCommitments, Transaction},
    state::Account,
    vm::{Bytecode, SpecId, TxEnv, optimistic::Hook},
};
use alloy_primitives::{Address, Bytes, TxKind, U256};

const SENDER: Address = Address::repeat_byte(0xa0);
const CONTRACT: Address = Address::repeat_byte(0xc0);
/// Has code: reads do not depend on its balance.
const OTHER: Address = Address::repeat_byte(0xd0);
/// Has a balance and nothing else.
const BARE: Address = Address::repeat_byte(0xe0);

/// Returns a block of one transaction, and the state before it.
pub(super) fn of(hook: Hook) -> (Block, MemoryState) {
    let code = match hook {
        // slot 0 = balance of OTHER
        Hook::Balance => [push(OTHER), vec![0x31, 0x5f, 0x55]].concat(),
        // slot 0 = own balance
        Hook::SelfBalance => vec![0x47, 0x5f, 0x55],
        Hook::SelfDestruct => [push(OTHER), vec![0xff]].concat(),
        // slot 0 = whether the call succeeded
        Hook::Payment => [call(OTHER, 3), vec![0x5f, 0x55]].concat(),
        // slot 0 = the contract created with 7 wei: none, since this one has 5. Only a creation that lacks its
        // value has no frame, which has a hook of its own.
        Hook::Creation => vec![0x5f, 0x5f, 0x60, 7, 0xf0, 0x5f, 0x55],
        // A call that transfers to an empty account costs 25000 gas more.
        Hook::Emptiness => call(BARE, 1),
        Hook::FeeCheck | Hook::Reward => vec![0x00],
    };
    let spec = match hook {
        Hook::Creation => SpecId::AMSTERDAM,
        _ => SpecId::OSAKA,
    };
    let mut state = MemoryState::default();
    account(&mut state, SENDER, 10_u64.pow(18), 1, &[]);
    account(&mut state, CONTRACT, 5, 1, &code);
    account(&mut state, OTHER, 7, 1, &[0x00]);
    account(&mut state, BARE, 9, 0, &[]);
    let env = TxEnv {
        caller: SENDER,
        kind: TxKind::Call(CONTRACT),
        nonce: 1,
        gas_limit: 1_000_000,
        gas_price: 10,
        chain_id: Some(1),
        ..TxEnv::default()
    };
    let block = Block {
        chain_id: 1,
        schedule: ForkSchedule::always(spec),
        header: Header {
            beneficiary: Address::repeat_byte(0xb0),
            gas_limit: 30_000_000,
            base_fee: Some(7),
            ..Header::default()
        },
        transactions: vec![Transaction { hash: None, env }],
        withdrawals: Vec::new(),
        ommers: Vec::new(),
        declared: HeaderCommitments::default(),
    };
    (block, state)
}

fn account(state: &mut MemoryState, address: Address, balance: u64, nonce: u64, code: &[u8]) {
    let code_hash = state.insert_code(Bytecode::new_legacy(Bytes::copy_from_slice(code)));
    let balance = U256::from(balance);
    state.insert_account(
        address,
        Account {
            balance,
            nonce,
            code_hash,
        },
    );
}

fn push(address: Address) -> Vec<u8> {
    [&[0x73], address.as_slice()].concat()
}

/// Returns the code of a call with all gas and `value` wei.
fn call(to: Address, value: u8) -> Vec<u8> {
    let arguments = vec![0x5f, 0x5f, 0x5f, 0x5f, 0x60, value];
    [arguments, push(to), vec![0x5a, 0xf1]].concat()
}
