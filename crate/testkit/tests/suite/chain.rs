//! Chain in memory: import of a recorded chain, branches and failures.

mod rules;

use crate::execution_apis::{self, genesis_chain};
use alloy_consensus::{EthereumTxEnvelope, TxEip4844};
use alloy_primitives::{B256, Bytes, b256};
use alloy_rlp::{Decodable, Encodable};
use parevm::{
    Engine, ExecuteOptions, Executor, StateSource,
    block::{AlloyBlock, BlockError, TransactionError},
    build::ExecutedBlock,
    execute::Receipt,
};
use parevm_node::{Chain, chain::ImportError};
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

/// Returns the chain up to the parent of block `number`, and that block.
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
