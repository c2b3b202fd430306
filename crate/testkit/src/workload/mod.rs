//! Generated blocks: the synthetic suite of the benchmarks, and blocks for tests.

mod adversarial;
mod code;
mod environment;
mod erc20;
mod mix;
mod random_calls;
mod suite;
mod transfer;
mod uniswap;

pub use adversarial::adversarial;
pub use erc20::{erc20, erc20_into_one, erc20_partly_into_one};
pub use mix::hot_mix;
pub use random_calls::contracts;
pub use suite::{SYNTHETIC, UnknownWorkload, Workload};
pub use transfer::{one_sender, passed_on, transfers};
pub use uniswap::{one_pool, swaps};

use alloy_primitives::{Address, Bytes, TxKind, U256};
use parevm::{
    Block, MemoryState,
    block::{ForkSchedule, Header, HeaderCommitments, Transaction},
    state::Account,
    vm::{Bytecode, SpecId, TxEnv},
};

/// Gas limit of every generated block; high enough for all of them.
const BLOCK_GAS_LIMIT: u64 = 1 << 40;
const BASE_FEE: u64 = 7;
const GAS_PRICE: u128 = 10;

/// Returns the recipient of all fees of a generated block.
#[must_use]
pub fn beneficiary() -> Address {
    numbered(0xc0, 0)
}

pub(crate) fn user(index: u64) -> Address {
    numbered(0xa0, index)
}

fn receiver(index: u64) -> Address {
    numbered(0xb0, index)
}

pub(crate) fn numbered(kind: u8, index: u64) -> Address {
    let mut bytes = [0; 20];
    bytes[0] = kind;
    bytes[12..].copy_from_slice(&index.to_be_bytes());
    Address::from(bytes)
}

pub(crate) fn fund(state: &mut MemoryState, address: Address) {
    let balance = U256::from(10_u128.pow(18));
    state.insert_account(
        address,
        Account {
            balance,
            ..Account::default()
        },
    );
}

/// Inserts a contract into `state`.
pub(crate) fn deploy(state: &mut MemoryState, address: Address, code: Bytes) {
    let code_hash = state.insert_code(Bytecode::new_legacy(code));
    state.insert_account(
        address,
        Account {
            nonce: 1,
            code_hash,
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

/// Returns a call with `data` and no value.
pub(crate) fn call_with(caller: Address, to: Address, gas_limit: u64, data: Bytes) -> Transaction {
    let mut transaction = call(caller, 0, to, gas_limit, 0);
    transaction.env.data = data;
    transaction
}

pub(crate) fn block(spec: SpecId, transactions: Vec<Transaction>) -> Block {
    Block {
        chain_id: 1,
        schedule: ForkSchedule::always(spec),
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
        declared: HeaderCommitments::default(),
    }
}
