//! A chain in memory: a recorded one is imported, and blocks that break one rule each are not.

use crate::execution_apis::{self, genesis_chain};
use alloy_consensus::{EthereumTxEnvelope, TxEip4844};
use alloy_primitives::{B64, B256, Bytes, U256, b256};
use alloy_rlp::{Decodable, Encodable};
use parevm::{
    Engine, ExecuteOptions, Executor, StateSource,
    block::{AlloyBlock, BlockError, TransactionError},
    build::ExecutedBlock,
    execute::Receipt,
};
use parevm_node::{
    Chain,
    chain::{ImportError, OmmerViolation, Violation},
};
use std::panic::{AssertUnwindSafe, catch_unwind};

type Envelope = EthereumTxEnvelope<TxEip4844>;

/// Hash of block 54, as `headfcu.json` beside the chain has it.
const HEAD: B256 = b256!("d226371d0b1551adb03fb52b71f08e3e11247fe9b1af994768af8cdaa8e7dcd7");

fn recorded() -> Vec<AlloyBlock> {
    let mut rest = execution_apis::blocks();
    let mut blocks = Vec::new();
    while !rest.is_empty() {
        blocks.push(AlloyBlock::decode(&mut rest).unwrap());
    }
    blocks
}

/// The chain up to the parent of block `number`, and that block.
fn before(number: usize) -> (Engine, Chain, AlloyBlock) {
    let engine = Engine::new(2).unwrap();
    let (mut chain, mut blocks) = (genesis_chain(), recorded());
    for block in &blocks[..number - 1] {
        import(&mut chain, &engine, block).unwrap();
    }
    (engine, chain, blocks.swap_remove(number - 1))
}

fn import(chain: &mut Chain, engine: &Engine, block: &AlloyBlock) -> Result<B256, ImportError> {
    let bytes = alloy_rlp::encode(block);
    let block = chain.import(engine, &bytes, &ExecuteOptions::default())?;
    Ok(block.hash)
}

#[test]
fn every_executor_imports_the_recorded_chain() {
    let bytes = execution_apis::blocks();
    for (threads, executor) in [
        (1, Executor::Sequential),
        (1, Executor::Optimistic),
        (2, Executor::Optimistic),
        (4, Executor::Optimistic),
    ] {
        let options = ExecuteOptions {
            executor,
            ..Default::default()
        };
        let engine = Engine::new(threads).unwrap();
        let mut chain = genesis_chain();
        assert_eq!(chain.import_all(&engine, bytes, &options).unwrap(), 54);
        assert_eq!(chain.head().hash, HEAD, "{executor}, {threads} threads");
    }
}

#[test]
fn state_receipts_and_transactions_of_every_block_stay_at_hand() {
    let (engine, mut chain, last) = before(54);
    import(&mut chain, &engine, &last).unwrap();
    for block in recorded() {
        let header = &block.header;
        let stored = chain.block_at(header.number).unwrap();
        assert_eq!(stored.state.root(), header.state_root, "{}", header.number);
        assert_eq!(stored.receipts.len(), block.body.transactions.len());
        assert_eq!(stored.size, block.length());
        for (index, transaction) in block.body.transactions.iter().enumerate() {
            let position = chain.transaction(*transaction.tx_hash()).unwrap();
            assert_eq!((position.block, position.index), (stored.hash, index));
        }
        let view = chain.state_after(stored);
        assert_eq!(
            view.block_hash(header.number - 1).unwrap(),
            header.parent_hash
        );
        assert_eq!(view.block_hash(header.number).unwrap(), stored.hash);
        assert!(view.block_hash(header.number + 1).is_err());
    }
}

/// What the chain says of block `number` after `change`.
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

/// Each field of a header, changed where no other rule is broken before its own.
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

/// A block of the recorded chain that has an ommer.
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

#[test]
fn a_block_without_its_parent_is_refused_until_that_comes() {
    let (engine, chain, block) = before(3);
    let mut early = genesis_chain();
    let error = import(&mut early, &engine, &block).unwrap_err();
    assert!(matches!(
        error,
        ImportError::UnknownParent { number: 3, .. }
    ));
    let mut chain = chain;
    import(&mut chain, &engine, &block).unwrap();
    // The same block again changes nothing.
    import(&mut chain, &engine, &block).unwrap();
    assert_eq!(chain.head().number(), 3);
}

#[test]
fn the_heavier_branch_is_the_chain() {
    let (engine, mut chain, block) = before(3);
    let main = import(&mut chain, &engine, &block).unwrap();
    let next = recorded().swap_remove(3);

    // A brother of the same weight is kept and changes nothing.
    let mut brother = block.clone();
    brother.header.extra_data = Bytes::from_static(b"brother");
    let side = import(&mut chain, &engine, &brother).unwrap();
    assert_eq!(chain.head().hash, main);
    assert!(chain.block(side).is_some());
    let moved = *block.body.transactions[0].tx_hash();
    assert_eq!(chain.transaction(moved).unwrap().block, main);

    // Its child makes its branch the longer one.
    let mut child = next;
    child.header.parent_hash = side;
    let head = import(&mut chain, &engine, &child).unwrap();
    assert_eq!(chain.head().hash, head);
    assert_eq!(chain.block_at(3).unwrap().hash, side);
    assert_eq!(chain.transaction(moved).unwrap().block, side);
    let view = chain.state_after(chain.block(main).unwrap());
    assert_eq!(view.block_hash(3).unwrap(), main);
}

/// Design, Boundaries: what is committed outlives an engine that panics.
#[test]
fn a_panic_in_the_middle_of_a_block_leaves_the_chain_as_it_was() {
    let (engine, mut chain, block) = before(54);
    let bytes = alloy_rlp::encode(&block);
    let snapshot = |chain: &Chain| (chain.head().hash, chain.head().state.root());
    let whole = snapshot(&chain);
    for executor in [Executor::Sequential, Executor::Optimistic] {
        let panics = |receipt: &Receipt| panic!("receipt {}", receipt.index);
        let options = ExecuteOptions {
            executor,
            on_receipt: Some(&panics),
            ..Default::default()
        };
        let ended = catch_unwind(AssertUnwindSafe(|| {
            chain.import(&engine, &bytes, &options).map(|_| ())
        }));
        assert!(!matches!(ended, Ok(Ok(()))), "{executor}");
        assert_eq!(snapshot(&chain), whole, "{executor}");
    }
    let another = Engine::new(1).unwrap();
    let imported = chain.import(&another, &bytes, &ExecuteOptions::default());
    assert_eq!(imported.unwrap().hash, HEAD);
}

#[test]
fn bytes_that_are_no_block_are_refused() {
    let (engine, mut chain, block) = before(2);
    let bytes = alloy_rlp::encode(&block);
    let mut import = |bytes: &[u8]| chain.import(&engine, bytes, &ExecuteOptions::default());
    let is_refused = |found: Result<std::sync::Arc<ExecutedBlock>, ImportError>| {
        matches!(found, Err(ImportError::Block(_)))
    };
    assert!(is_refused(import(&[])));
    assert!(is_refused(import(&bytes[..bytes.len() - 1])));
    assert!(is_refused(import(&[bytes.as_slice(), &[0]].concat())));
    assert!(import(&bytes).is_ok());
}

/// A transaction of type 3 or 4 has an address where others may have none.
#[test]
fn an_undecodable_transaction_is_named_with_the_reason() {
    let (engine, mut chain, block) = before(42);
    let transactions = &block.body.transactions;
    let index = transactions.iter().position(Envelope::is_eip4844).unwrap();
    let signed = transactions[index].as_eip4844().unwrap();
    // The receiver becomes an empty string, and zeros after it keep the length.
    let to = [&[0x94], signed.tx().to.as_slice()].concat();
    let bytes = alloy_rlp::encode(&block);
    let position = bytes.windows(21).position(|window| window == to).unwrap();
    let mut spoilt = bytes.clone();
    spoilt.splice(position..position + 21, [vec![0x80], vec![0; 20]].concat());
    let error = chain
        .import(&engine, &spoilt, &ExecuteOptions::default())
        .unwrap_err();
    let ImportError::Block(BlockError::Transaction {
        index: found,
        source,
    }) = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(found, index);
    assert!(
        matches!(source, TransactionError::NoReceiver { found: 3 }),
        "{source:?}"
    );
}
