//! Blocks whose senders are known, as reth's `RecoveredBlock` has them.

use alloy_primitives::Address;
use parevm::{
    Block,
    block::{BlockError, ForkSchedule},
    vm::SpecId,
};
use parevm_testkit::{signed, workload};

#[test]
fn a_recovered_block_is_the_block_of_its_signatures() {
    let (block, _) = workload::contracts(3, 20, 4, SpecId::CANCUN);
    let alloy = signed::block(&block).unwrap();
    let schedule = || ForkSchedule::always(SpecId::CANCUN);
    let verified = Block::from_alloy(alloy.clone(), 1, schedule()).unwrap();
    let senders: Vec<_> = block.transactions.iter().map(|it| it.env.caller).collect();
    let recovered = Block::from_recovered(alloy.clone(), &senders, 1, schedule()).unwrap();
    assert_eq!(recovered.transactions, verified.transactions);
    assert_eq!(recovered.declared, verified.declared);

    let error = Block::from_recovered(alloy.clone(), &senders[1..], 1, schedule()).unwrap_err();
    assert_eq!(error.to_string(), "19 senders for 20 transactions");

    let mut other = alloy;
    other.header.transactions_root.0[0] ^= 1;
    let error = Block::from_recovered(other, &senders, 1, schedule()).unwrap_err();
    assert!(
        matches!(
            error,
            BlockError::Mismatch {
                field: "block.transactionsRoot",
                ..
            }
        ),
        "{error:?}"
    );
    let nobody = Block::from_recovered(
        signed::block(&block).unwrap(),
        &vec![Address::ZERO; 20],
        1,
        schedule(),
    );
    assert!(nobody.is_ok(), "signatures are not verified again");
}
