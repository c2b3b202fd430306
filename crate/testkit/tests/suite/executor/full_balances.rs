//! Balances at the end of 256 bits: what becomes of a reward, a payment, an endowment, an heir's gain and
//! a withdrawal that do not fit is what becomes of them in plain revm, with every executor.

use alloy_primitives::{Address, Bytes, TxKind, U256, hex};
use parevm::{
    Block, BlockAccessList, BlockOutcome, Engine, ExecuteOptions, Executor, MemoryState,
    StateSource,
    block::{ForkSchedule, Ommer, Withdrawal},
    execute::AccessListOutput,
    state::Account,
    vm::{Bytecode, FORKS, SpecId},
};
use parevm_testkit::{baseline, compare::difference, workload};

/// Owns nearly as much as there can be.
const FULL: Address = Address::repeat_byte(0xf0);
const CONTRACT: Address = Address::repeat_byte(0xcc);

fn fund(state: &mut MemoryState, address: Address, balance: U256) {
    let account = state.account(address).unwrap().unwrap_or_default();
    state.insert_account(address, Account { balance, ..account });
}

fn deploy(state: &mut MemoryState, code: &[u8], balance: u64) {
    let code_hash = state.insert_code(Bytecode::new_legacy(Bytes::copy_from_slice(code)));
    let account = Account {
        balance: U256::from(balance),
        nonce: 1,
        code_hash,
    };
    state.insert_account(CONTRACT, account);
}

/// What every executor leaves: what plain revm leaves, with one access list.
fn agreed(at: &str, block: &Block, state: &MemoryState, engines: &[Engine]) -> BlockOutcome {
    let plain = baseline::outcome(block, state).unwrap();
    let mut lists: Vec<BlockAccessList> = Vec::new();
    for engine in engines {
        let at = format!("{at}, {} threads", engine.threads());
        let run = |executor, access_list, access_list_output| {
            let options = ExecuteOptions {
                executor,
                access_list,
                access_list_output,
                ..ExecuteOptions::default()
            };
            let outcome = engine.execute(block, state, &options).unwrap();
            let found = difference(&outcome, &plain);
            assert_eq!(found, None, "{at}, {executor}, {access_list_output:?}");
            outcome.block_access_list
        };
        for executor in [Executor::Sequential, Executor::Optimistic] {
            run(executor, None, AccessListOutput::Omitted);
            lists.extend(run(executor, None, AccessListOutput::Returned));
        }
        run(Executor::Bal, lists.first(), AccessListOutput::Omitted);
    }
    assert!(lists.windows(2).all(|two| two[0] == two[1]), "{at}: lists");
    plain
}

/// Balance of the full account afterwards.
fn left(outcome: &BlockOutcome, before: U256) -> U256 {
    let change = outcome.state_diff.accounts.get(&FULL);
    change.map_or(before, |change| change.account.unwrap().balance)
}

fn engines() -> [Engine; 3] {
    [1, 2, 4].map(|threads| Engine::new(threads).unwrap())
}

/// Four payments under Osaka, of which each gives 63,000 wei to the beneficiary, the last 21,000.
fn payments(room: u64) -> (Block, MemoryState, U256) {
    let (mut block, mut state) = workload::transfers(4);
    block.header.beneficiary = FULL;
    block.transactions[3].env.gas_price = 8;
    let before = U256::MAX - U256::from(room);
    fund(&mut state, FULL, before);
    (block, state, before)
}

#[test]
fn a_reward_that_does_not_fit_is_lost_and_a_later_one_that_fits_is_not() {
    let engines = engines();
    for (room, gained) in [
        (0, 0),
        (1, 0),
        (20_999, 0),
        (21_000, 21_000),
        (62_999, 21_000),
        (63_000, 63_000),
        (63_001, 63_000),
        (150_000, 147_000),
        (209_999, 189_000),
        (210_000, 210_000),
    ] {
        let (block, state, before) = payments(room);
        let outcome = agreed(&format!("room {room}"), &block, &state, &engines);
        let found = left(&outcome, before) - before;
        assert_eq!(found, U256::from(gained), "room {room}");
    }
}

#[test]
fn a_reward_that_does_not_fit_is_lost_for_a_contract_call_too() {
    let engines = engines();
    for (room, gained) in [(62_999, 21_000), (63_000, 63_000)] {
        let (mut block, mut state, before) = payments(room);
        deploy(&mut state, &[0x00], 0);
        for transaction in &mut block.transactions {
            transaction.env.kind = TxKind::Call(CONTRACT);
        }
        let outcome = agreed(&format!("room {room}"), &block, &state, &engines);
        let found = left(&outcome, before) - before;
        assert_eq!(found, U256::from(gained), "room {room}");
    }
}

/// What else makes a balance grow.
#[derive(Clone, Copy, Debug)]
enum Gain {
    /// Rewards alone.
    Reward,
    /// The code reads the beneficiary's balance and keeps it.
    ReadReward,
    /// Value of a transaction; the recipient may be the beneficiary.
    Value,
    /// Value of a call.
    Call,
    /// Value of a creation, at an address that owns nearly everything.
    Endowment,
    /// What a contract leaves to its heir.
    Inheritance,
    /// Withdrawals, or ommers before the merge.
    AfterBlock,
    /// The sender is the beneficiary.
    OwnReward,
}

const GAINS: [Gain; 8] = [
    Gain::Reward,
    Gain::ReadReward,
    Gain::Value,
    Gain::Call,
    Gain::Endowment,
    Gain::Inheritance,
    Gain::AfterBlock,
    Gain::OwnReward,
];

fn case(spec: SpecId, gain: Gain, before: U256) -> (Block, MemoryState) {
    let (mut block, mut state) = workload::transfers(6);
    block.schedule = ForkSchedule::always(spec);
    block.header.base_fee = spec.is_enabled_in(SpecId::LONDON).then_some(7);
    block.header.beneficiary = FULL;
    for transaction in &mut block.transactions {
        transaction.env.gas_limit = 2_000_000;
        if !spec.is_enabled_in(SpecId::SPURIOUS_DRAGON) {
            transaction.env.chain_id = None;
        }
    }
    let mut full = FULL;
    let code = match gain {
        // slot of the gas left = balance of the beneficiary
        Gain::ReadReward => hex!("41315a55").to_vec(),
        Gain::Reward | Gain::Value | Gain::AfterBlock | Gain::OwnReward => vec![],
        // slot of the gas left = whether FULL was paid 3 wei
        Gain::Call => [
            &hex!("6000600060006000600373")[..],
            FULL.as_slice(),
            &hex!("620186a0f15a55"),
        ]
        .concat(),
        // slot of the gas left = who was created with 3 wei
        Gain::Endowment => hex!("600060006003f05a55").to_vec(),
        Gain::Inheritance => [&[0x73], FULL.as_slice(), &[0xff]].concat(),
    };
    if !code.is_empty() {
        deploy(&mut state, &code, 1_000);
        for transaction in &mut block.transactions[1..] {
            transaction.env.kind = TxKind::Call(CONTRACT);
            transaction.env.value = U256::ZERO;
        }
    }
    match gain {
        Gain::Value => {
            for transaction in &mut block.transactions[..3] {
                transaction.env.kind = TxKind::Call(FULL);
                transaction.env.value = U256::from(100_000);
            }
        }
        Gain::Endowment => {
            full = CONTRACT.create(1);
            block.header.beneficiary = full;
        }
        Gain::AfterBlock if spec.is_enabled_in(SpecId::SHANGHAI) => {
            let withdrawal = |amount| Withdrawal {
                address: FULL,
                amount,
            };
            block.withdrawals = [0, 1, 3].map(withdrawal).into();
        }
        Gain::AfterBlock if !spec.is_enabled_in(SpecId::MERGE) => block.ommers.push(Ommer::Known {
            beneficiary: FULL,
            number: block.header.number - 1,
        }),
        Gain::OwnReward => block.transactions[2].env.caller = FULL,
        _ => {}
    }
    fund(&mut state, full, before);
    (block, state)
}

#[test]
fn nothing_that_does_not_fit_tells_an_executor_from_plain_revm() {
    let engines = [2, 4].map(|threads| Engine::new(threads).unwrap());
    for spec in FORKS {
        for gain in GAINS {
            for room in [0, 1, 2, 5, 100_000, 250_000, 10_u64.pow(9)] {
                let (block, state) = case(spec, gain, U256::MAX - U256::from(room));
                let at = format!("{spec:?}, {gain:?}, room {room}");
                agreed(&at, &block, &state, &engines);
            }
        }
    }
}
