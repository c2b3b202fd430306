//! `BundleState` out of a block, beside the one that revm's own `State` makes.

use parevm::{
    Block, Engine, ExecuteOptions, MemoryState,
    vm::{Environment, SpecId},
};
use parevm_testkit::workload;
use revm::{
    ExecuteCommitEvm,
    context::ContextTr,
    database::{BundleState, State, states::bundle_state::BundleRetention},
    database_interface::WrapDatabaseRef,
};
use std::collections::BTreeMap;

/// Bundle of revm's `State` after the block's transactions.
fn expected(block: &Block, state: &MemoryState, environment: &Environment) -> BundleState {
    let overlay = parevm::state::Overlay::new(state, environment.spec());
    let database = State::builder()
        .with_database(WrapDatabaseRef(overlay))
        .with_bundle_update()
        .build();
    let mut evm = environment.evm(database);
    for transaction in &block.transactions {
        evm.transact_commit(transaction.env.clone()).unwrap();
    }
    let database = evm.ctx.db_mut();
    database.merge_transitions(BundleRetention::Reverts);
    database.take_bundle()
}

/// What a bundle says of each account, in order, without slots that are as before.
fn shown(bundle: &BundleState) -> BTreeMap<String, String> {
    let accounts = bundle.state.iter().map(|(address, account)| {
        let mut slots: Vec<_> = account
            .storage
            .iter()
            .filter(|(_, slot)| slot.is_changed())
            .map(|(key, slot)| (*key, slot.previous_or_original_value, slot.present_value))
            .collect();
        slots.sort_unstable();
        let info = |info: &Option<revm::state::AccountInfo>| {
            info.as_ref()
                .map(|info| (info.balance, info.nonce, info.code_hash))
        };
        let (now, original) = (info(&account.info), info(&account.original_info));
        (
            address.to_string(),
            format!("{now:?} {original:?} {slots:?} {:?}", account.status),
        )
    });
    accounts.collect()
}

#[test]
fn a_bundle_is_that_of_revms_own_state() {
    let engine = Engine::new(2).unwrap();
    for (block, state) in [
        workload::transfers(40),
        workload::contracts(3, 60, 4, SpecId::CANCUN),
        workload::contracts(7, 60, 4, SpecId::PRAGUE),
    ] {
        let environment = Environment::new(&block).without_protocol_changes();
        let outcome = engine
            .execute_with(&block, &environment, &state, &ExecuteOptions::default())
            .unwrap();
        let bundle = outcome.state_diff.to_bundle(&state).unwrap();
        let expected = expected(&block, &state, &environment);
        assert!(bundle.state.len() > 2);
        assert_eq!(shown(&bundle), shown(&expected));
        assert_eq!(bundle.reverts.len(), 1);
        let reverted = |bundle: &BundleState| {
            let mut addresses: Vec<_> = bundle.reverts[0].iter().map(|(at, _)| *at).collect();
            addresses.sort_unstable();
            addresses
        };
        assert_eq!(reverted(&bundle), reverted(&expected));
        for hash in outcome.state_diff.codes.keys() {
            assert!(bundle.contracts.contains_key(hash));
        }
    }
}
