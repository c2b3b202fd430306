//! Payments, which do without revm wherever all is as usual, and everything about one that may not be:
//! who pays, who is paid, how much, at what price, and what is wrong with it.

use alloy_primitives::{Address, B256, TxKind, U256, address, map::AddressMap};
use parevm::{
    Block, Engine, ExecuteError, ExecuteOptions, Executor, MemoryState, StateSource,
    bal::BlockAccessList,
    execute::AccessListOutput,
    state::Account,
    vm::{Bytecode, FORKS, SpecId, TxEnv},
};
use parevm_testkit::{baseline, compare::difference, random::Random, workload};
use revm::context_interface::{
    either::Either,
    transaction::{
        AccessList, AccessListItem, Authorization, RecoveredAuthority, RecoveredAuthorization,
    },
};

const RICH: Address = address!("0x00000000000000000000000000000000000a0001");
const POOR: Address = address!("0x00000000000000000000000000000000000a0002");
const HUGE: Address = address!("0x00000000000000000000000000000000000a0003");
const FULL: Address = address!("0x00000000000000000000000000000000000a0004");
/// One wei fits, or two; a reward does not.
const NEARLY_FULL: Address = address!("0x00000000000000000000000000000000000a000a");
const USED_UP: Address = address!("0x00000000000000000000000000000000000a0005");
const EMPTY: Address = address!("0x00000000000000000000000000000000000a0006");
const ABSENT: Address = address!("0x00000000000000000000000000000000000a0007");
const CONTRACT: Address = address!("0x00000000000000000000000000000000000a0008");
const DELEGATED: Address = address!("0x00000000000000000000000000000000000a0009");
const PRECOMPILE: Address = address!("0x0000000000000000000000000000000000000004");

const ACCOUNTS: [Address; 11] = [
    RICH,
    POOR,
    HUGE,
    FULL,
    NEARLY_FULL,
    USED_UP,
    EMPTY,
    ABSENT,
    CONTRACT,
    DELEGATED,
    PRECOMPILE,
];
/// What a usual payment costs at most, with a value of one.
const COST: u64 = 210_001;

fn state() -> MemoryState {
    let mut state = MemoryState::default();
    // slot 0 = value received
    let contract = state.insert_code(Bytecode::new_legacy([0x34, 0x5f, 0x55].into()));
    let delegation = state.insert_code(Bytecode::new_eip7702(CONTRACT));
    let bare = Account::default().code_hash;
    for (address, balance, nonce, code_hash) in [
        (RICH, U256::from(1_u64 << 60), 5, bare),
        (POOR, U256::from(COST), 0, bare),
        (HUGE, U256::from(1) << 200, 5, bare),
        (FULL, U256::MAX, 5, bare),
        (NEARLY_FULL, U256::MAX - U256::from(2), 5, bare),
        (USED_UP, U256::from(1_u64 << 60), u64::MAX - 1, bare),
        (EMPTY, U256::ZERO, 0, bare),
        (CONTRACT, U256::from(1_u64 << 60), 5, contract),
        (DELEGATED, U256::from(1_u64 << 60), 5, delegation),
    ] {
        let account = Account {
            balance,
            nonce,
            code_hash,
        };
        state.insert_account(address, account);
    }
    state
}

/// One of `usual` mostly, else one of `others`.
fn pick<T: Copy>(random: &mut Random, usual: &[T], others: &[T]) -> T {
    let from = match random.below(8) {
        0 => others,
        _ => usual,
    };
    from[random.below(from.len() as u64) as usize]
}

/// A payment after those that have sent so many transactions.
fn payment(random: &mut Random, state: &MemoryState, sent: &mut AddressMap<u64>) -> TxEnv {
    let caller = pick(random, &[RICH, RICH, POOR, DELEGATED], &ACCOUNTS);
    let before = state.account(caller).unwrap();
    let sent = sent.entry(caller).or_default();
    let nonce = before.map_or(0, |account| account.nonce) + *sent;
    *sent += 1;
    let mut env = TxEnv {
        tx_type: pick(random, &[0, 0, 1, 2], &[3, 4]),
        caller,
        kind: TxKind::Call(pick(random, &[ABSENT, POOR, EMPTY, RICH], &ACCOUNTS)),
        value: pick(
            random,
            &[U256::from(1), U256::from(1_000)],
            &[
                U256::ZERO,
                U256::from(2),
                U256::from(1_u64 << 60),
                U256::MAX,
            ],
        ),
        nonce: pick(random, &[nonce], &[0, nonce.saturating_add(1), u64::MAX]),
        gas_limit: pick(random, &[21_000, 30_000], &[20_999, 21_001, 30_000_000]),
        gas_price: pick(random, &[10, 7, 9], &[0, 6, 1 << 70, u128::MAX]),
        gas_priority_fee: pick(random, &[Some(0), Some(3), None], &[Some(11)]),
        chain_id: pick(random, &[Some(1)], &[None, Some(2)]),
        ..TxEnv::default()
    };
    if random.below(16) == 0 {
        env.access_list = AccessList(vec![AccessListItem {
            address: RICH,
            storage_keys: Vec::new(),
        }]);
    }
    if random.below(16) == 0 {
        env.data = [1].into();
    }
    if env.tx_type == 3 {
        env.max_fee_per_blob_gas = 10;
        env.blob_hashes = vec![B256::repeat_byte(1)];
    }
    if env.tx_type == 4 {
        let authorization = Authorization {
            chain_id: U256::ZERO,
            address: CONTRACT,
            nonce: 0,
        };
        let authority = RecoveredAuthority::Valid(POOR);
        let signed = RecoveredAuthorization::new_unchecked(authorization, authority);
        env.authorization_list = vec![Either::Right(signed)];
    }
    env
}

/// How a block of `count` random payments ends, the same with every executor.
fn agree(seed: u64, count: usize, spec: SpecId, engines: &[Engine]) -> Result<(), ExecuteError> {
    // Another payment for each fork, too.
    let mut random = Random::new(seed << 8 | u64::from(spec as u8));
    let (mut block, _) = workload::transfers(count);
    let state = state();
    block.schedule = parevm::block::ForkSchedule::always(spec);
    block.header.beneficiary = pick(&mut random, &[workload::beneficiary()], &ACCOUNTS);
    block.header.base_fee = spec.is_enabled_in(SpecId::LONDON).then_some(7);
    let mut sent = AddressMap::default();
    for transaction in &mut block.transactions {
        transaction.env = payment(&mut random, &state, &mut sent);
    }
    let plain = baseline::outcome(&block, &state);
    let list = list(&block, &state, &engines[0]);
    for engine in engines {
        for executor in [Executor::Sequential, Executor::Optimistic, Executor::Bal] {
            let options = ExecuteOptions {
                executor,
                access_list: list.as_ref(),
                ..Default::default()
            };
            let at = format!(
                "seed {seed}, {spec:?}, {executor}, {} threads",
                engine.threads()
            );
            match (engine.execute(&block, &state, &options), &plain) {
                (Ok(outcome), Ok(plain)) => assert_eq!(difference(&outcome, plain), None, "{at}"),
                (Err(error), Err(plain)) => {
                    assert_eq!(format!("{error:?}"), format!("{plain:?}"), "{at}");
                }
                (found, plain) => panic!("{at}: {found:?} and {plain:?}"),
            }
        }
    }
    plain.map(|_| ())
}

/// The access list of a run that gave one: that one does not do without revm.
fn list(block: &Block, state: &MemoryState, engine: &Engine) -> Option<BlockAccessList> {
    let options = ExecuteOptions {
        executor: Executor::Sequential,
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    engine
        .execute(block, state, &options)
        .ok()?
        .block_access_list
}

#[test]
fn every_executor_equals_plain_revm() {
    let engines = [1, 2, 4].map(|threads| Engine::new(threads).unwrap());
    let (mut valid, mut invalid) = (0, 0);
    for (seed, spec) in (0..400).flat_map(|seed| FORKS.into_iter().map(move |spec| (seed, spec))) {
        match agree(seed, 1, spec, &engines) {
            Ok(()) => valid += 1,
            Err(_) => invalid += 1,
        }
    }
    assert!(
        valid > 1_000 && invalid > 1_000,
        "{valid} valid, {invalid} not"
    );
}

#[test]
fn payments_after_payments_equal_plain_revm() {
    let engines = [1, 2, 4].map(|threads| Engine::new(threads).unwrap());
    for (seed, spec) in
        (1_000..1_150).flat_map(|seed| FORKS.into_iter().map(move |spec| (seed, spec)))
    {
        let _ = agree(seed, 6, spec, &engines);
    }
}
