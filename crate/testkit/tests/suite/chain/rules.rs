//! Blocks that violate one rule each are refused.

use super::{before, import, recorded};
use alloy_primitives::{B64, B256, Bytes, U256};
use parevm::{Engine, block::AlloyBlock};
use parevm_node::{
    Chain,
    chain::{ImportError, OmmerViolation, Violation},
};

/// Returns the violation of block `number` after `change`.
fn verdict(number: usize, change: impl FnOnce(&mut AlloyBlock)) -> Violation {
    let (engine, mut chain, mut block) = before(number);
    change(&mut block);
    let head = chain.head().hash;
    let error = import(&mut chain, &engine, &block).unwrap_err();
    assert_eq!(chain.head().hash, head);
    match error {
        ImportError::Invalid { source, .. } => source,
        other => panic!("{other:?}"),
    }
}

/// Changes each field of a header where no earlier rule is violated.
#[test]
fn a_header_that_breaks_a_rule_is_rejected_by_its_name() {
    use Violation as V;
    type Change = fn(&mut AlloyBlock);
    type Test = fn(&Violation) -> bool;
    let cases: [(&str, usize, Change, Test); 24] = [
        (
            "number",
            2,
            |b| b.header.number = 3,
            |v| {
                matches!(
                    v,
                    V::Number {
                        found: 3,
                        expected: 2
                    }
                )
            },
        ),
        (
            "timestamp",
            2,
            |b| b.header.timestamp = 10,
            |v| {
                matches!(
                    v,
                    V::Timestamp {
                        found: 10,
                        parent: 10
                    }
                )
            },
        ),
        (
            "extra data",
            2,
            |b| b.header.extra_data = [0; 33].into(),
            |v| matches!(v, V::ExtraDataLength { found: 33, .. }),
        ),
        (
            "gas used",
            2,
            |b| b.header.gas_used = b.header.gas_limit + 1,
            |v| matches!(v, V::GasUsedAboveLimit { .. }),
        ),
        (
            "gas limit",
            2,
            |b| (b.header.gas_limit, b.header.gas_used) = (4_999, 0),
            |v| matches!(v, V::GasLimitBounds { found: 4_999, .. }),
        ),
        (
            "gas limit",
            2,
            |b| b.header.gas_limit = 1 << 63,
            |v| matches!(v, V::GasLimitBounds { .. }),
        ),
        (
            "gas limit",
            2,
            |b| b.header.gas_limit += 100_000_000 / 1_024,
            |v| matches!(v, V::GasLimitChange { bound: 97_656, .. }),
        ),
        (
            "gas limit at London",
            27,
            |b| b.header.gas_limit /= 2,
            |v| matches!(v, V::GasLimitChange { .. }),
        ),
        (
            "base fee at London",
            27,
            |b| b.header.base_fee_per_gas = Some(7),
            |v| {
                matches!(
                    v,
                    V::BaseFee {
                        found: 7,
                        expected: 1_000_000_000
                    }
                )
            },
        ),
        (
            "base fee",
            28,
            |b| b.header.base_fee_per_gas = Some(7),
            |v| matches!(v, V::BaseFee { found: 7, .. }),
        ),
        (
            "difficulty",
            2,
            |b| b.header.difficulty += U256::from(1),
            |v| matches!(v, V::Difficulty { .. }),
        ),
        (
            "difficulty",
            37,
            |b| b.header.difficulty = U256::from(1),
            |v| matches!(v, V::Difficulty { .. }),
        ),
        (
            "nonce",
            37,
            |b| b.header.nonce = B64::with_last_byte(1),
            |v| matches!(v, V::Nonce { .. }),
        ),
        (
            "base fee before London",
            26,
            |b| b.header.base_fee_per_gas = Some(7),
            |v| {
                matches!(
                    v,
                    V::FieldUnexpected {
                        field: "baseFeePerGas",
                        ..
                    }
                )
            },
        ),
        (
            "withdrawals root",
            39,
            |b| b.header.withdrawals_root = None,
            |v| {
                matches!(
                    v,
                    V::FieldMissing {
                        field: "withdrawalsRoot",
                        ..
                    }
                )
            },
        ),
        (
            "withdrawals",
            39,
            |b| b.body.withdrawals = None,
            |v| {
                matches!(
                    v,
                    V::FieldMissing {
                        field: "withdrawals",
                        ..
                    }
                )
            },
        ),
        (
            "beacon root",
            42,
            |b| b.header.parent_beacon_block_root = None,
            |v| {
                matches!(
                    v,
                    V::FieldMissing {
                        field: "parentBeaconBlockRoot",
                        ..
                    }
                )
            },
        ),
        (
            "requests hash",
            45,
            |b| b.header.requests_hash = None,
            |v| {
                matches!(
                    v,
                    V::FieldMissing {
                        field: "requestsHash",
                        ..
                    }
                )
            },
        ),
        (
            "excess blob gas",
            43,
            |b| b.header.excess_blob_gas = Some(1),
            |v| matches!(v, V::ExcessBlobGas { found: 1, .. }),
        ),
        (
            "blob gas used",
            43,
            |b| b.header.blob_gas_used = Some(1),
            |v| matches!(v, V::BlobGasUsed { found: 1, .. }),
        ),
        (
            "gas used",
            2,
            |b| b.header.gas_used += 1,
            |v| matches!(v, V::GasUsed { .. }),
        ),
        (
            "receipts root",
            2,
            |b| b.header.receipts_root = B256::ZERO,
            |v| matches!(v, V::ReceiptsRoot { .. }),
        ),
        (
            "requests hash",
            46,
            |b| b.header.requests_hash = Some(B256::ZERO),
            |v| matches!(v, V::RequestsHash { .. }),
        ),
        (
            "state root",
            50,
            |b| b.header.state_root = B256::ZERO,
            |v| matches!(v, V::StateRoot { .. }),
        ),
    ];
    for (name, number, change, is_right) in cases {
        let found = verdict(number, change);
        assert!(is_right(&found), "{name}: {found:?}");
    }
    let found = verdict(54, |block| {
        block
            .header
            .logs_bloom
            .accrue_raw_log(Default::default(), &[])
    });
    assert!(matches!(found, V::LogsBloom { .. }), "{found:?}");
}

/// Returns a block of the recorded chain with an ommer.
fn with_ommer() -> (Engine, Chain, AlloyBlock) {
    let number = recorded()
        .iter()
        .position(|block| !block.body.ommers.is_empty())
        .unwrap();
    before(number + 1)
}

#[test]
fn ommers_must_be_new_relatives_with_valid_headers() {
    use OmmerViolation as V;
    let (engine, chain, block) = with_ommer();
    let verdict = |change: &dyn Fn(&mut AlloyBlock)| {
        let (mut chain, mut block) = (chain.clone(), block.clone());
        change(&mut block);
        match import(&mut chain, &engine, &block).unwrap_err() {
            ImportError::Invalid { source, .. } => source,
            other => panic!("{other:?}"),
        }
    };
    let found = verdict(&|block| {
        let ommer = block.body.ommers[0].clone();
        block.body.ommers = vec![ommer; 3];
    });
    assert!(matches!(found, Violation::OmmerCount { found: 3, most: 2 }));

    let of_ommer = |change: &dyn Fn(&mut AlloyBlock)| match verdict(change) {
        Violation::Ommer { index, source } => (index, source),
        other => panic!("{other:?}"),
    };
    let found = of_ommer(&|block| {
        let ommer = block.body.ommers[0].clone();
        block.body.ommers = vec![ommer; 2];
    });
    assert!(matches!(found, (1, V::AlreadyIncluded { .. })), "{found:?}");
    let parent = chain.head().block.header.clone();
    let found = of_ommer(&|block| block.body.ommers = vec![parent.clone()]);
    assert!(matches!(found, (0, V::Ancestor { .. })), "{found:?}");
    let found = of_ommer(&|block| block.body.ommers[0].parent_hash = B256::ZERO);
    assert!(matches!(found, (0, V::Parent { .. })), "{found:?}");
    // A brother of the block is no ommer.
    let brother = block.header.clone();
    let found = of_ommer(&|block| {
        block.body.ommers = vec![brother.clone()];
        block.body.ommers[0].extra_data = Bytes::from_static(b"brother");
    });
    assert!(matches!(found, (0, V::Parent { .. })), "{found:?}");
    let found = of_ommer(&|block| block.body.ommers[0].gas_limit = 4_999);
    let (0, V::Header { source }) = found else {
        panic!("{found:?}");
    };
    assert!(matches!(
        *source,
        Violation::GasLimitBounds { .. } | Violation::GasUsedAboveLimit { .. }
    ));
}

#[test]
fn after_the_merge_there_are_no_ommers() {
    let (_, _, block) = with_ommer();
    let found = verdict(37, |merged| merged.body.ommers = block.body.ommers);
    assert!(matches!(found, Violation::OmmerCount { found: 1, most: 0 }));
}
