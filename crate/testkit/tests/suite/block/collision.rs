//! Contracts that are to be created where storage lies without nonce and code (EIP-7610).

use alloy_consensus::TxLegacy;
use alloy_primitives::{Address, TxKind, U256, b256, hex};
use parevm::{
    Block, BlockOutcome, Engine, ExecuteOptions, Executor, MemoryState,
    block::{ForkSchedule, Header, Transaction},
    execute::AccessListOutput,
    state::Account,
    vm::{Bytecode, Environment, SpecId, revm::inspector::NoOpInspector},
};
use parevm_testkit::compare::difference;

const ALICE: Address = Address::repeat_byte(0xaa);
const BOB: Address = Address::repeat_byte(0xbb);
const FACTORY: Address = Address::repeat_byte(0xfa);

/// CREATE2 of nothing with salt 0, and SSTORE(0, its result + 1).
const CREATE2: &[u8] = &hex!("5f5f5f5ff56001015f55");

fn transaction(sender: Address, to: TxKind) -> Transaction {
    let call = TxLegacy {
        // Enough for a store with the 64th that a failed creation leaves.
        gas_limit: 5_000_000,
        to,
        ..Default::default()
    };
    Transaction::new(&call.into(), sender)
}

fn block(transactions: Vec<Transaction>) -> Block {
    let header = Header {
        gas_limit: 30_000_000,
        ..Default::default()
    };
    let schedule = ForkSchedule::always(SpecId::SHANGHAI);
    Block::new(1, schedule, header, transactions)
}

/// A state with one slot at `address`, which has `balance` wei and nothing else.
fn storage_at(address: Address, balance: u64) -> MemoryState {
    let mut state = MemoryState::default();
    let balance = U256::from(balance);
    state.insert_account(
        address,
        Account {
            balance,
            ..Default::default()
        },
    );
    state.insert_storage(address, U256::from(7), U256::from(7));
    state
}

/// The outcome in order, which is that of every executor.
fn outcome(block: &Block, state: &MemoryState) -> BlockOutcome {
    let environment = Environment::new(block).without_protocol_changes();
    let engine = Engine::new(1).unwrap();
    let options = ExecuteOptions::default();
    let inspected = engine
        .inspect(block, &environment, state, &options, &mut NoOpInspector)
        .unwrap();
    let listing = ExecuteOptions {
        executor: Executor::Sequential,
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    let listed = engine
        .execute_with(block, &environment, state, &listing)
        .unwrap();
    for threads in [1, 2, 4] {
        let engine = Engine::new(threads).unwrap();
        for (executor, list) in [
            (Executor::Sequential, None),
            (Executor::Optimistic, None),
            (Executor::Bal, listed.block_access_list.as_ref()),
        ] {
            let options = ExecuteOptions {
                executor,
                access_list: list,
                ..Default::default()
            };
            let outcome = engine
                .execute_with(block, &environment, state, &options)
                .unwrap();
            let found = difference(&outcome, &inspected);
            assert_eq!(found, None, "{executor}, {threads} threads");
        }
    }
    inspected
}

#[test]
fn a_transaction_creates_no_contract_where_storage_lies() {
    let created = ALICE.create(0);
    let block = block(vec![transaction(ALICE, TxKind::Create)]);
    for balance in [0, 5] {
        let outcome = outcome(&block, &storage_at(created, balance));
        assert!(!outcome.receipts[0].success);
        assert_eq!(outcome.gas_used, 5_000_000);
        let changed: Vec<_> = outcome.state_diff.accounts.into_iter().collect();
        let [(address, change)] = changed.as_slice() else {
            panic!("{changed:?}");
        };
        assert_eq!((*address, change.account.unwrap().nonce), (ALICE, 1));
    }
}

#[test]
fn a_contract_creates_none_where_storage_lies() {
    // keccak256 of nothing.
    let nothing = b256!("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    let created = FACTORY.create2([0; 32], nothing);
    let block = block(vec![transaction(ALICE, FACTORY.into())]);
    let mut state = storage_at(created, 5);
    let code_hash = state.insert_code(Bytecode::new_legacy(CREATE2.into()));
    let factory = Account {
        nonce: 1,
        code_hash,
        ..Default::default()
    };
    state.insert_account(FACTORY, factory);
    let outcome = outcome(&block, &state);
    assert!(outcome.receipts[0].success);
    let accounts = outcome.state_diff.accounts;
    assert_eq!(accounts[&FACTORY].account.unwrap().nonce, 2);
    assert_eq!(accounts[&FACTORY].slots[&U256::ZERO], U256::from(1));
    assert!(!accounts.contains_key(&created));
}

#[test]
fn storage_that_went_with_its_empty_account_is_in_nobodys_way() {
    let created = ALICE.create(0);
    let touched = transaction(BOB, created.into());
    let block = block(vec![touched, transaction(ALICE, TxKind::Create)]);
    let outcome = outcome(&block, &storage_at(created, 0));
    assert!(outcome.receipts[1].success);
    let change = &outcome.state_diff.accounts[&created];
    assert_eq!(change.account.unwrap().nonce, 1);
    assert!(change.storage_reset);
}
