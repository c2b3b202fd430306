//! What the protocol does at the edges of a block, by every executor.

use alloy_primitives::{Address, B256, U256, address, b256};
use parevm::{
    Block, BlockOutcome, Engine, ExecuteError, ExecuteOptions, Executor, MemoryState,
    block::{ForkSchedule, Ommer, Withdrawal},
    state::Account,
    vm::{Environment, SpecId, bytecode_of},
};
use parevm_testkit::workload;

const ETHER: u128 = 1_000_000_000_000_000_000;

/// The outcome of a block, the same by both executors.
fn outcome(block: &Block, state: &MemoryState) -> BlockOutcome {
    outcome_in(&Environment::new(block), block, state)
}

fn outcome_in(environment: &Environment, block: &Block, state: &MemoryState) -> BlockOutcome {
    let engine = Engine::new(2).unwrap();
    let [one, mut other] = [Executor::Sequential, Executor::Optimistic].map(|executor| {
        let options = ExecuteOptions {
            executor,
            ..Default::default()
        };
        engine
            .execute_with(block, environment, state, &options)
            .unwrap()
    });
    other.report = one.report.clone();
    assert_eq!(one, other);
    one
}

/// A block without transactions.
fn empty_block(schedule: ForkSchedule, number: u64) -> Block {
    let (mut block, _) = workload::transfers(0);
    block.schedule = schedule;
    block.header.number = number;
    block
}

fn balance(outcome: &BlockOutcome, address: Address) -> U256 {
    let change = outcome.state_diff.accounts.get(&address).unwrap();
    change.account.unwrap().balance
}

#[test]
fn the_balance_of_the_dao_is_moved_at_its_fork() {
    let dao = address!("bb9bc244d798123fde783fcc1c72d3bb8c189413");
    let refund = address!("bf4ed7b27f1d666546e30d74d50d173d20bca754");
    let mut state = MemoryState::default();
    let rich = Account {
        balance: U256::from(7),
        nonce: 1,
        ..Default::default()
    };
    state.insert_account(dao, rich);
    let mut block = empty_block(ForkSchedule::of_chain(1).unwrap(), 1_920_000);
    block.header.timestamp = 1_469_020_840;
    let moved = outcome(&block, &state);
    assert_eq!(balance(&moved, dao), U256::ZERO);
    assert_eq!(balance(&moved, refund), U256::from(7));
    assert!(moved.is_state_complete);

    block.header.number += 1;
    let later = outcome(&block, &state);
    assert!(!later.state_diff.accounts.contains_key(&dao));
}

#[test]
fn miners_and_ommers_are_paid_before_the_merge() {
    let ommer = address!("00000000000000000000000000000000000000aa");
    let mut block = empty_block(ForkSchedule::always(SpecId::LONDON), 100);
    block.ommers.push(Ommer::Known {
        beneficiary: ommer,
        number: 99,
    });
    let paid = outcome(&block, &MemoryState::default());
    assert_eq!(balance(&paid, ommer), U256::from(ETHER * 7 / 4));
    assert_eq!(
        balance(&paid, workload::beneficiary()),
        U256::from(2 * ETHER + ETHER / 16)
    );
    assert!(paid.is_state_complete);

    block.ommers = vec![Ommer::HashOnly(B256::ZERO)];
    let partly = outcome(&block, &MemoryState::default());
    assert_eq!(
        balance(&partly, workload::beneficiary()),
        U256::from(2 * ETHER + ETHER / 16)
    );
    assert!(!partly.is_state_complete);
}

#[test]
fn withdrawals_are_paid_in_gwei() {
    let address = address!("00000000000000000000000000000000000000aa");
    let mut block = empty_block(ForkSchedule::always(SpecId::SHANGHAI), 100);
    block.withdrawals = vec![Withdrawal { address, amount: 3 }; 2];
    block.withdrawals.push(Withdrawal {
        address: Address::with_last_byte(1),
        amount: 0,
    });
    let paid = outcome(&block, &MemoryState::default());
    assert_eq!(balance(&paid, address), U256::from(6_000_000_000_u64));
    // Nothing was paid to the other, so it is not there (EIP-161).
    assert_eq!(paid.state_diff.accounts.len(), 1);
    assert!(paid.is_state_complete);
}

#[test]
fn system_contracts_that_are_not_there_are_skipped() {
    let block = empty_block(ForkSchedule::always(SpecId::OSAKA), 100);
    let skipped = outcome(&block, &MemoryState::default());
    assert_eq!(skipped.requests_hash, None);
    assert!(!skipped.is_state_complete);
    assert!(skipped.state_diff.accounts.is_empty());
    // Root of the empty trie.
    let empty = b256!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
    assert_eq!(skipped.receipts_root, Some(empty));
}

#[test]
fn without_its_withdrawals_a_block_leaves_an_incomplete_state() {
    let text = |withdrawals_root: &str, rest: &str| {
        format!(
            r#"{{"number": "0x1", "timestamp": "0x1", "gasLimit": "0x1000",
                "miner": "0x00000000000000000000000000000000000000aa",
                "withdrawalsRoot": "{withdrawals_root}", "transactions": []{rest}}}"#
        )
    };
    let is_complete = |text: String| {
        let schedule = ForkSchedule::always(SpecId::SHANGHAI);
        let block = Block::from_rpc(text.as_bytes(), 1, schedule).unwrap();
        outcome(&block, &MemoryState::default()).is_state_complete
    };
    let nonempty = format!("0x{}", "11".repeat(32));
    // The root of an empty trie.
    let empty = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
    assert!(!is_complete(text(&nonempty, "")));
    assert!(is_complete(text(empty, "")));
    assert!(is_complete(text(empty, r#", "withdrawals": []"#)));
}

#[test]
fn without_its_edges_a_block_is_its_transactions() {
    let (mut block, state) = workload::transfers(2);
    block.schedule = ForkSchedule::always(SpecId::LONDON);
    block.withdrawals = vec![Withdrawal {
        address: address!("00000000000000000000000000000000000000aa"),
        amount: 3,
    }];
    let environment = Environment::new(&block).without_protocol_changes();
    let bare = outcome_in(&environment, &block, &state);
    // Two senders, two receivers and the miner, who gets fees and no reward.
    assert_eq!(bare.state_diff.accounts.len(), 5);
    assert!(balance(&bare, workload::beneficiary()) < U256::from(ETHER));
    assert!(bare.is_state_complete);

    block.schedule = ForkSchedule::always(SpecId::PRAGUE);
    let environment = Environment::new(&block).without_protocol_changes();
    let bare = outcome_in(&environment, &block, &state);
    assert_eq!(bare.state_diff.accounts.len(), 5);
    assert_eq!(bare.requests_hash, None);
    assert!(bare.is_state_complete);
}

/// revm 43 gives more, as Amsterdam will.
#[test]
fn a_system_call_has_thirty_million_gas() {
    let contracts = [
        address!("00000961Ef480Eb55e80D19ad83579A64c007002"),
        address!("0000BBdDc7CE488642fb579F8B00f3a590007251"),
    ];
    let block = empty_block(ForkSchedule::always(SpecId::PRAGUE), 1);
    let run = |gas: u32| {
        // 26 gas for each turn of a loop: PUSH3 turns, then JUMPDEST, minus one, JUMPI, and STOP.
        let [_, turns @ ..] = (gas / 26).to_be_bytes();
        let code = [
            &[0x62],
            &turns[..],
            &[0x5b, 0x60, 1, 0x90, 0x03, 0x80, 0x60, 4, 0x57, 0],
        ];
        let mut state = MemoryState::default();
        let code_hash = state.insert_code(bytecode_of(code.concat().into()));
        for contract in contracts {
            let account = Account {
                code_hash,
                ..Default::default()
            };
            state.insert_account(contract, account);
        }
        let engine = Engine::new(1).unwrap();
        engine.execute(&block, &state, &ExecuteOptions::default())
    };
    assert!(run(29_999_000).unwrap().requests_hash.is_some());
    let error = run(30_001_000).unwrap_err();
    assert!(
        matches!(error, ExecuteError::SystemCall { contract } if contract == contracts[0]),
        "{error:?}"
    );
}
