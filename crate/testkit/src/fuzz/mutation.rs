//! Mutation of recorded blocks.

use super::case::Case;
use crate::{draft_block::DraftBlock, random::Random};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use parevm::{
    block::{ForkSchedule, Ommer, Transaction, Withdrawal},
    fixture::Fixture,
    state::StateSource,
    vm::{Bytecode, FORKS, SpecId},
};
use std::borrow::Cow;

/// Maximum number of transactions: many small blocks find more than few large ones.
const MAX_TRANSACTIONS: u64 = 80;

/// Returns the block of `fixture` with mutations: transactions dropped, duplicated or reordered, with other senders,
/// gas limits, values and data; header, fork and parts of the state changed. Three in four blocks are repaired, so
/// that most of their transactions are valid.
#[must_use]
pub fn mutate(seed: u64, fixture: &Fixture) -> Case<'_> {
    let mut random = Random::new(seed);
    let mut case = Case {
        block: fixture.block.clone(),
        state: Cow::Borrowed(&fixture.state),
    };
    cut(&mut random, &mut case.block.transactions);
    for _ in 0..1 + random.below(4) {
        order(&mut random, &mut case.block.transactions);
    }
    let accounts = accounts(&case);
    for _ in 0..random.below(8) {
        transaction(&mut random, &mut case.block.transactions, &accounts);
    }
    if random.below(3) == 0 {
        header(&mut random, &mut case, &accounts);
    }
    if random.below(8) == 0 {
        state(&mut random, &mut case, &accounts);
    }
    if random.below(4) != 0 {
        repair(&mut case);
    }
    case
}

/// Keeps a part of the block.
fn cut(random: &mut Random, transactions: &mut Vec<Transaction>) {
    let from = below(random, transactions.len().max(1) / 2 + 1);
    // Mostly from the start, where the state fits.
    if random.below(3) == 0 {
        transactions.drain(..from);
    }
    let keep = 1 + below(random, usize::try_from(MAX_TRANSACTIONS).unwrap_or(1));
    transactions.truncate(keep);
}

fn order(random: &mut Random, transactions: &mut Vec<Transaction>) {
    let count = transactions.len();
    if count == 0 {
        return;
    }
    let (one, other) = (below(random, count), below(random, count));
    match random.below(6) {
        0 => {
            transactions.remove(one);
        }
        1 => {
            let again = transactions[one].clone();
            transactions.insert(other, again);
        }
        2 => transactions.swap(one, other),
        3 => transactions[one.min(other)..=one.max(other)].reverse(),
        4 => {
            let moved = transactions.remove(one);
            transactions.insert(other.min(count - 1), moved);
        }
        // Many duplicates.
        _ => {
            let again = transactions[one].clone();
            for _ in 0..random.below(12) {
                transactions.insert(other, again.clone());
            }
        }
    }
}

/// Returns the senders and recipients of the block, the beneficiary and a precompile.
fn accounts(case: &Case<'_>) -> Vec<Address> {
    let mut accounts = vec![case.block.header.beneficiary, Address::with_last_byte(4)];
    for transaction in &case.block.transactions {
        accounts.push(transaction.env.caller);
        accounts.extend(transaction.env.kind.to());
    }
    accounts
}

fn transaction(random: &mut Random, transactions: &mut [Transaction], accounts: &[Address]) {
    let count = transactions.len();
    if count == 0 {
        return;
    }
    let (one, other) = (below(random, count), below(random, count));
    let example = transactions[other].env.clone();
    let env = &mut transactions[one].env;
    match random.below(14) {
        0 => env.gas_limit = 21_000 + random.below(200_000),
        1 => env.gas_limit = env.gas_limit * (1 + random.below(15)) / 8,
        2 => env.value = U256::from(random.below(1_000)),
        3 => env.value = example.value,
        4 => env.data = mutated_data(random, &env.data),
        5 => env.data = example.data,
        6 => env.caller = example.caller,
        7 => env.kind = TxKind::Call(accounts[below(random, accounts.len())]),
        8 => env.kind = TxKind::Create,
        9 => env.kind = example.kind,
        10 => env.nonce = env.nonce.wrapping_add(random.below(3)).wrapping_sub(1),
        11 => {
            env.gas_price = example.gas_price;
            env.gas_priority_fee = example.gas_priority_fee;
            env.tx_type = example.tx_type;
            env.access_list = example.access_list;
            env.blob_hashes = example.blob_hashes;
            env.max_fee_per_blob_gas = example.max_fee_per_blob_gas;
            env.authorization_list = example.authorization_list;
        }
        12 => env.access_list = example.access_list,
        // Same sender, recipient and data as the other transaction.
        _ => {
            env.caller = example.caller;
            env.kind = example.kind;
            env.data = example.data;
        }
    }
}

fn mutated_data(random: &mut Random, data: &Bytes) -> Bytes {
    let mut data = data.to_vec();
    let length = data.len().max(1);
    match random.below(4) {
        0 => data.truncate(below(random, length)),
        1 => data.extend((0..random.below(70)).map(|byte| u8::try_from(byte).unwrap_or(0))),
        _ => {
            let at = below(random, length);
            if let Some(byte) = data.get_mut(at) {
                *byte ^= u8::try_from(1 + random.below(255)).unwrap_or(1);
            }
        }
    }
    data.into()
}

fn header(random: &mut Random, case: &mut Case<'_>, accounts: &[Address]) {
    let account = accounts[below(random, accounts.len())];
    let block = &mut case.block;
    match random.below(8) {
        0..=2 => {
            let spec = FORKS[below(random, FORKS.len())];
            block.schedule = ForkSchedule::always(spec);
            let header = &mut block.header;
            let has_base_fee = spec.is_enabled_in(SpecId::LONDON);
            header.base_fee = header.base_fee.or(Some(7)).filter(|_| has_base_fee);
        }
        3 | 4 => block.header.beneficiary = account,
        5 => block.header.gas_limit = 1_000_000 + random.below(10_000_000),
        6 => block.withdrawals.push(Withdrawal {
            address: account,
            amount: random.below(2),
        }),
        _ => block.ommers.push(Ommer::Known {
            beneficiary: account,
            number: block.header.number.saturating_sub(1),
        }),
    }
}

fn state(random: &mut Random, case: &mut Case<'_>, accounts: &[Address]) {
    let address = accounts[below(random, accounts.len())];
    let other = accounts[below(random, accounts.len())];
    let state = case.state.to_mut();
    let Ok(Some(mut account)) = state.account(address) else {
        return;
    };
    match random.below(4) {
        // Enough for at most a few transactions.
        0 | 1 => {
            account.balance = U256::from(10_u128.pow(16) / (1 + u128::from(random.below(1_000))))
        }
        2 => account.nonce += 1,
        _ => {
            let code = [&[0xef, 0x01, 0x00], other.as_slice()].concat();
            account.code_hash = state.insert_code(Bytecode::new_raw(code.into()));
        }
    }
    state.insert_account(address, account);
}

/// Sets the nonce of every transaction to that of its sender, and drops those that are invalid.
fn repair(case: &mut Case<'_>) {
    let block = &case.block;
    let mut draft = DraftBlock::new(block, &case.state);
    let mut kept = Vec::with_capacity(block.transactions.len());
    for transaction in &block.transactions {
        let mut transaction = transaction.clone();
        transaction.env.nonce = draft.nonce(transaction.env.caller);
        if !case.fork().is_enabled_in(SpecId::SPURIOUS_DRAGON) {
            transaction.env.chain_id = None;
        }
        if draft.try_push(&transaction) {
            kept.push(transaction);
        }
    }
    case.block.transactions = kept;
}

fn below(random: &mut Random, bound: usize) -> usize {
    usize::try_from(random.below(bound.max(1) as u64)).unwrap_or(0)
}
