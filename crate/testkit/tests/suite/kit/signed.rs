//! Signed generated blocks.

use parevm::{Block, vm::TxEnv};
use parevm_testkit::{fuzz::generate, signed::block};

/// Types, senders, authorities and all other fields survive encoding.
#[test]
fn a_signed_block_round_trips() {
    for seed in 0..42 {
        let generated = generate(seed).block;
        let bytes = alloy_rlp::encode(block(&generated).unwrap());
        let read = Block::from_rlp(&bytes, 1, generated.schedule.clone()).unwrap();
        let envs = |block: &Block| -> Vec<TxEnv> {
            let each = block.transactions.iter().map(|one| one.env.clone());
            each.collect()
        };
        assert_eq!(envs(&read), envs(&generated), "seed {seed}");
        assert_eq!(read.withdrawals, generated.withdrawals);
        assert_eq!(read.ommers, generated.ommers);
    }
}
