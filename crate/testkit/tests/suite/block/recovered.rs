//! Blocks whose senders are known, as reth's `RecoveredBlock` has them.

use alloy_primitives::Address;
use parevm::{Block, block::BlockError};
use parevm_testkit::{fuzz::generate, signed};

#[test]
fn a_recovered_block_is_the_block_of_its_signatures() {
    for seed in 0..14 {
        let block = generate(seed).block;
        let alloy = signed::block(&block).unwrap();
        let schedule = || block.schedule.clone();
        let verified = Block::from_alloy(alloy.clone(), 1, schedule()).unwrap();
        let senders: Vec<_> = block.transactions.iter().map(|it| it.env.caller).collect();
        let recovered = Block::from_recovered(alloy, &senders, 1, schedule()).unwrap();
        assert_eq!(recovered.transactions, verified.transactions, "seed {seed}");
        assert_eq!(recovered.declared, verified.declared, "seed {seed}");
    }
}

#[test]
fn a_recovered_block_needs_a_sender_for_each_transaction() {
    let block = generate(1).block;
    let alloy = signed::block(&block).unwrap();
    let count = block.transactions.len();
    let senders = vec![Address::ZERO; count + 1];
    let error = Block::from_recovered(alloy, &senders, 1, block.schedule.clone()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} senders for {count} transactions", count + 1)
    );
}

#[test]
fn the_roots_of_a_recovered_block_are_verified_and_its_signatures_are_not() {
    let block = generate(1).block;
    let senders = vec![Address::ZERO; block.transactions.len()];
    let mut alloy = signed::block(&block).unwrap();
    let unverified = Block::from_recovered(alloy.clone(), &senders, 1, block.schedule.clone());
    assert_eq!(
        unverified.unwrap().transactions[0].env.caller,
        Address::ZERO
    );

    alloy.header.transactions_root.0[0] ^= 1;
    let error = Block::from_recovered(alloy, &senders, 1, block.schedule.clone()).unwrap_err();
    let field = "block.transactionsRoot";
    assert!(
        matches!(error, BlockError::Mismatch { field: found, .. } if found == field),
        "{error:?}"
    );
}
