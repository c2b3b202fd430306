//! Blocks made from a seed.

use crate::{program, random::Random};
use alloy_primitives::{Address, TxKind, U256};
use parevm::{
    Block, MemoryState,
    block::{Declared, Header, Schedule, Transaction},
    state::Account,
    vm::{Bytecode, SpecId, TxEnv},
};

/// Gas limit of every made block; high enough for all of them.
const BLOCK_GAS_LIMIT: u64 = 1 << 40;
const BASE_FEE: u64 = 7;
const GAS_PRICE: u128 = 10;

/// `count` plain transfers, each with a sender and a receiver of its own.
///
/// # Example
///
/// ```
/// use parevm::{Engine, ExecuteOptions};
///
/// let (block, state) = parevm_testkit::workload::transfers(2);
/// let outcome = Engine::new(2)?.execute(&block, &state, &ExecuteOptions::default())?;
/// assert_eq!(outcome.gas_used, 42_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn transfers(count: usize) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    let transactions = (0..count as u64)
        .map(|index| {
            fund(&mut state, user(index));
            call(user(index), 0, receiver(index), 21_000, 1)
        })
        .collect();
    (block(SpecId::OSAKA, transactions), state)
}

/// `count` plain transfers of one sender, one nonce after the other.
#[must_use]
pub fn one_sender(count: usize) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    fund(&mut state, user(0));
    let transactions = (0..count as u64)
        .map(|nonce| call(user(0), nonce, receiver(nonce), 21_000, 1))
        .collect();
    (block(SpecId::OSAKA, transactions), state)
}

/// `count` transfers in a chain: each sender is funded by the transaction before.
#[must_use]
pub fn passed_on(count: usize) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    fund(&mut state, user(0));
    let fee = U256::from(21_000 * GAS_PRICE);
    let mut value = U256::from(count) * (fee + U256::from(1));
    let transactions = (0..count as u64)
        .map(|index| {
            let mut transaction = call(user(index), 0, user(index + 1), 21_000, 0);
            transaction.env.value = value;
            value -= fee + U256::from(1);
            transaction
        })
        .collect();
    (block(SpecId::OSAKA, transactions), state)
}

/// `count` calls to a few contracts with random code under the rules of `spec`: reads and writes of
/// shared slots, calls that move value, reads of balances, creations, self-destructs, reverts. The
/// fewer contracts, the more conflicts.
#[must_use]
pub fn contracts(seed: u64, count: usize, contracts: u64, spec: SpecId) -> (Block, MemoryState) {
    let mut random = Random::new(seed);
    let mut state = MemoryState::default();
    let contracts = contracts.max(1);
    let addresses: Vec<_> = (0..contracts).map(contract).collect();
    for address in &addresses {
        let code = program::random(&mut random, &addresses, spec);
        let code_hash = state.insert_code(Bytecode::new_legacy(code));
        let balance = U256::from(random.below(1_000));
        state.insert_account(
            *address,
            Account {
                balance,
                nonce: 1,
                code_hash,
            },
        );
        for slot in 0..4 {
            state.insert_storage(*address, U256::from(slot), U256::from(random.below(3)));
        }
    }
    let users = 1 + count as u64 / 2;
    let mut nonces = vec![0; usize::try_from(users).unwrap_or(usize::MAX)];
    for index in 0..users {
        fund(&mut state, user(index));
    }
    let mut transactions = Vec::with_capacity(count);
    for _ in 0..count {
        let sender = random.below(users);
        let Some(nonce) = usize::try_from(sender)
            .ok()
            .and_then(|at| nonces.get_mut(at))
        else {
            continue;
        };
        let to = match random.below(8) {
            0 => user(random.below(users)),
            1 => beneficiary(),
            _ => contract(random.below(contracts)),
        };
        let gas_limit = 40_000 + random.below(300_000);
        transactions.push(call(user(sender), *nonce, to, gas_limit, random.below(3)));
        *nonce += 1;
    }
    (block(spec, transactions), state)
}

/// The receiver of all fees of a made block.
#[must_use]
pub fn beneficiary() -> Address {
    numbered(0xc0, 0)
}

fn user(index: u64) -> Address {
    numbered(0xa0, index)
}

fn receiver(index: u64) -> Address {
    numbered(0xb0, index)
}

fn contract(index: u64) -> Address {
    numbered(0xd0, index)
}

fn numbered(kind: u8, index: u64) -> Address {
    let mut bytes = [0; 20];
    bytes[0] = kind;
    bytes[12..].copy_from_slice(&index.to_be_bytes());
    Address::from(bytes)
}

fn fund(state: &mut MemoryState, address: Address) {
    let balance = U256::from(10_u128.pow(18));
    state.insert_account(
        address,
        Account {
            balance,
            ..Account::default()
        },
    );
}

fn call(caller: Address, nonce: u64, to: Address, gas_limit: u64, value: u64) -> Transaction {
    Transaction {
        hash: None,
        env: TxEnv {
            tx_type: 0,
            caller,
            gas_limit,
            gas_price: GAS_PRICE,
            kind: TxKind::Call(to),
            value: U256::from(value),
            nonce,
            chain_id: Some(1),
            ..TxEnv::default()
        },
    }
}

fn block(spec: SpecId, transactions: Vec<Transaction>) -> Block {
    Block {
        chain_id: 1,
        schedule: Schedule::always(spec),
        header: Header {
            number: 1_000,
            timestamp: 1_700_000_000,
            beneficiary: beneficiary(),
            gas_limit: BLOCK_GAS_LIMIT,
            base_fee: spec.is_enabled_in(SpecId::LONDON).then_some(BASE_FEE),
            ..Header::default()
        },
        transactions,
        withdrawals: Vec::new(),
        ommers: Vec::new(),
        declared: Declared::default(),
    }
}
