//! CREATE and CREATE2 that depend on what the creator owns. From Amsterdam on revm compares the balance
//! in the opcode, and a creator that lacks the value gets no frame (EIP-8037).

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex, keccak256};
use parevm::{
    Block, Engine, ExecuteOptions, Executor, MemoryState,
    execute::AccessListOutput,
    state::Account,
    vm::{Bytecode, FORKS, SpecId},
};
use parevm_testkit::{baseline, compare::difference, workload};

/// With data: slot 0 = whom it creates; else takes what it is paid.
const CREATOR: Address = Address::repeat_byte(0xcc);
/// Loops long, then pays the creator.
const PAYER: Address = Address::repeat_byte(0xdd);
/// Has the creator's code run, one way or another.
const CALLER: Address = Address::repeat_byte(0xee);
/// What a creation is worth, in wei.
const VALUE: u8 = 5;

/// Stops unless there is data.
const IF_DATA: [u8; 6] = hex!("36600557005b");

/// How the creator comes to create.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// The transaction calls it.
    Direct,
    /// A contract calls it with this opcode. With DELEGATECALL and CALLCODE that contract creates.
    Through(u8),
}

const WAYS: [Way; 5] = [
    Way::Direct,
    Way::Through(0xf1),
    Way::Through(0xf2),
    Way::Through(0xf4),
    Way::Through(0xfa),
];

impl Way {
    /// Who creates, and is paid before.
    fn creator(self) -> Address {
        match self {
            Self::Direct | Self::Through(0xf1 | 0xfa) => CREATOR,
            Self::Through(_) => CALLER,
        }
    }
}

/// Slot 0 = CREATE or CREATE2 (salt 0) of no code with the value.
fn creator(is_create2: bool) -> Vec<u8> {
    let salt: &[u8] = if is_create2 { &[0x5f] } else { &[] };
    let opcode = if is_create2 { 0xf5 } else { 0xf0 };
    // The order of words on the stack: value, offset, length and salt from the top.
    [
        &IF_DATA[..],
        salt,
        &[0x5f, 0x5f, 0x60, VALUE, opcode, 0x5f, 0x55, 0x00],
    ]
    .concat()
}

/// Loops 100,000 times, then pays `to` the wei of its own `balance`.
fn payer(to: Address, value: u8) -> Vec<u8> {
    let count = hex!("620186a05b60019003806004575f5f5f5f60");
    [
        &count,
        &[value, 0x73][..],
        to.as_slice(),
        &[0x5a, 0xf1, 0x00],
    ]
    .concat()
}

/// With data calls the creator with a byte of data by `opcode`.
fn caller(opcode: u8) -> Vec<u8> {
    let value: &[u8] = if matches!(opcode, 0xf1 | 0xf2) {
        &[0x5f]
    } else {
        &[]
    };
    // Output, input of one byte, value, whom, gas.
    let call = [
        &[0x5f, 0x5f, 0x60, 1, 0x5f],
        value,
        &[0x73],
        CREATOR.as_slice(),
        &[0x5a, opcode, 0x00],
    ];
    [&IF_DATA[..], &call.concat()].concat()
}

/// A block in which the creator is paid `paid` wei before it creates.
fn case(spec: SpecId, is_create2: bool, way: Way, paid: u8) -> (Block, MemoryState) {
    let (mut block, mut state) = workload::transfers(2);
    block.schedule = parevm::block::ForkSchedule::always(spec);
    block.header.base_fee = spec.is_enabled_in(SpecId::LONDON).then_some(7);
    let mut deploy = |address, code: Vec<u8>, balance: u8| {
        let code_hash = state.insert_code(Bytecode::new_legacy(code.into()));
        let account = Account {
            balance: U256::from(balance),
            nonce: 1,
            code_hash,
        };
        state.insert_account(address, account);
    };
    deploy(CREATOR, creator(is_create2), 0);
    deploy(PAYER, payer(way.creator(), paid), paid);
    if let Way::Through(opcode) = way {
        deploy(CALLER, caller(opcode), 0);
    }
    let to = match way {
        Way::Direct => CREATOR,
        Way::Through(_) => CALLER,
    };
    for (transaction, to) in block.transactions.iter_mut().zip([PAYER, to]) {
        transaction.env.kind = TxKind::Call(to);
        transaction.env.gas_limit = 10_000_000;
        transaction.env.value = U256::ZERO;
    }
    block.transactions[1].env.data = Bytes::from_static(&[1]);
    (block, state)
}

/// How many runs there are of each case with each number of threads.
const ROUNDS: usize = 3;

/// Runs the case by every executor; returns what the creator keeps in slot 0.
fn created(engines: &[Engine], spec: SpecId, is_create2: bool, way: Way, paid: u8) -> U256 {
    let at = format!("{spec:?}, CREATE2 {is_create2}, {way:?}, {paid} wei");
    let (block, state) = case(spec, is_create2, way, paid);
    let plain = baseline::outcome(&block, &state).unwrap();
    let mut options = ExecuteOptions {
        executor: Executor::Sequential,
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    let in_order = engines[0].execute(&block, &state, &options).unwrap();
    assert_eq!(difference(&in_order, &plain), None, "{at}, in order");
    let list = in_order.block_access_list.as_ref();
    for engine in engines {
        let at = format!("{at}, {} threads", engine.threads());
        for round in 0..ROUNDS {
            options.executor = Executor::Optimistic;
            options.access_list = None;
            options.access_list_output = match round {
                0 => AccessListOutput::Returned,
                _ => AccessListOutput::Omitted,
            };
            let outcome = engine.execute(&block, &state, &options).unwrap();
            assert_eq!(difference(&outcome, &plain), None, "{at}, in parallel");
            if round == 0 {
                assert_eq!(outcome.block_access_list.as_ref(), list, "{at}");
            }
        }
        options.executor = Executor::Bal;
        options.access_list = list;
        let outcome = engine.execute(&block, &state, &options).unwrap();
        assert_eq!(difference(&outcome, &plain), None, "{at}, by the list");
    }
    let change = plain.state_diff.accounts.get(&way.creator());
    let slot = change.and_then(|change| change.slots.get(&U256::ZERO).copied());
    slot.unwrap_or_default()
}

/// The address of the only creation, where there is one.
fn expected(is_create2: bool, way: Way, paid: u8) -> U256 {
    // A static call cannot create.
    if paid < VALUE || way == Way::Through(0xfa) {
        return U256::ZERO;
    }
    let address = match is_create2 {
        true => way.creator().create2(B256::ZERO, keccak256([])),
        false => way.creator().create(1),
    };
    U256::from_be_bytes(address.into_word().0)
}

#[test]
fn a_creator_that_is_paid_in_the_same_block_creates_in_parallel() {
    let engines = [2, 4].map(|threads| Engine::new(threads).unwrap());
    for is_create2 in [false, true] {
        for way in WAYS {
            // One wei too few, exactly enough, one too many.
            for paid in [VALUE - 1, VALUE, VALUE + 1] {
                let found = created(&engines, SpecId::AMSTERDAM, is_create2, way, paid);
                let expected = expected(is_create2, way, paid);
                assert_eq!(found, expected, "CREATE2 {is_create2}, {way:?}, {paid} wei");
            }
        }
    }
}

#[test]
fn a_creator_that_is_paid_creates_under_every_fork() {
    let engines = [Engine::new(2).unwrap()];
    // Earlier there is no PUSH0.
    for spec in FORKS
        .into_iter()
        .filter(|spec| spec.is_enabled_in(SpecId::SHANGHAI))
    {
        for paid in [VALUE - 1, VALUE] {
            let found = created(&engines, spec, false, Way::Direct, paid);
            assert_eq!(
                found,
                expected(false, Way::Direct, paid),
                "{spec:?}, {paid} wei"
            );
        }
    }
}
