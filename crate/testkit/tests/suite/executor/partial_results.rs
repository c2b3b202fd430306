//! Blocks run by their access list in results, as engines do that share no memory.

use alloy_primitives::{Address, U256};
use parevm::{
    Block, BlockAccessList, BlockOutcome, Engine, ExecuteOptions, Executor, MemoryState,
    bal::BalMismatch,
    execute::{AccessListOutput, BalBlock, PartialResult, batches},
    fixture::Fixture,
    vm::{Environment, FORKS, SpecId},
};
use parevm_testkit::{compare::difference, fixture, workload};

fn in_order(engine: &Engine, block: &Block, state: &MemoryState) -> BlockOutcome {
    let options = ExecuteOptions {
        executor: Executor::Sequential,
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    engine.execute(block, state, &options).unwrap()
}

/// Runs each result by itself, as an engine does that has nothing but messages.
fn sent(
    block: &Block,
    state: &MemoryState,
    list: &BlockAccessList,
) -> Result<Vec<PartialResult>, BalMismatch> {
    let environment = Environment::new(block);
    let listed = BalBlock::new(block, &environment, state, list)?;
    let mut runs = [listed.start(), listed.start(), listed.start()];
    for (at, transactions) in batches(block, 2).iter().rev().enumerate() {
        runs[at % 3].run(transactions)?;
    }
    let resent = |result: PartialResult| PartialResult::decode(&result.encode()).unwrap();
    Ok(runs.map(|run| resent(run.finish())).into())
}

fn merged(
    engine: &Engine,
    block: &Block,
    state: &MemoryState,
    list: &BlockAccessList,
    results: Vec<PartialResult>,
) -> BlockOutcome {
    let options = ExecuteOptions {
        access_list: Some(list),
        ..Default::default()
    };
    engine.merge(block, state, &options, results, 2).unwrap()
}

#[test]
fn a_chunk_that_comes_twice_counts_once() {
    let engine = Engine::new(1).unwrap();
    let (block, state) = workload::contracts(3, 40, 4, SpecId::CANCUN);
    let expected = in_order(&engine, &block, &state);
    let list = expected.block_access_list.as_ref().unwrap();
    let mut results = sent(&block, &state, list).unwrap();
    results.extend(sent(&block, &state, list).unwrap());
    let outcome = merged(&engine, &block, &state, list, results);
    assert_eq!(difference(&outcome, &expected), None);
    assert_eq!(outcome.report.bal_mismatch, None);
    assert_eq!(outcome.report.executor, Executor::Bal);
    assert_eq!(outcome.report.executions, 40);
}

#[test]
fn a_transaction_that_a_chunk_runs_twice_counts_once() {
    let engine = Engine::new(1).unwrap();
    let (block, state) = workload::contracts(3, 40, 4, SpecId::CANCUN);
    let expected = in_order(&engine, &block, &state);
    let list = expected.block_access_list.as_ref().unwrap();
    let environment = Environment::new(&block);
    let listed = BalBlock::new(&block, &environment, &state, list).unwrap();
    let mut result = listed.start();
    for batch in batches(&block, 2) {
        result.run(&batch).unwrap();
        result.run(&batch[..1]).unwrap();
    }
    let outcome = merged(&engine, &block, &state, list, vec![result.finish()]);
    assert_eq!(difference(&outcome, &expected), None);
    assert_eq!(outcome.report.executor, Executor::Bal);
    assert_eq!(outcome.report.executions, 40);
}

/// Half of one result and half of the other: what was counted for which transaction nobody can tell.
#[test]
fn chunks_that_overlap_are_refused_and_the_block_runs_in_order() {
    let engine = Engine::new(1).unwrap();
    let (block, state) = workload::contracts(3, 40, 4, SpecId::CANCUN);
    let expected = in_order(&engine, &block, &state);
    let list = expected.block_access_list.as_ref().unwrap();
    let environment = Environment::new(&block);
    let listed = BalBlock::new(&block, &environment, &state, list).unwrap();
    let result = |transactions: std::ops::Range<u32>| {
        let mut result = listed.start();
        result.run(&transactions.collect::<Vec<_>>()).unwrap();
        result.finish()
    };
    let outcome = merged(
        &engine,
        &block,
        &state,
        list,
        vec![result(0..25), result(20..40)],
    );
    assert_eq!(difference(&outcome, &expected), None);
    assert!(outcome.report.bal_mismatch.is_some());
    assert_eq!(outcome.report.executor, Executor::Sequential);
}

#[test]
fn chunks_sent_as_bytes_make_the_outcome_of_a_run_in_order() {
    let engine = Engine::new(1).unwrap();
    for seed in 0..30 {
        for spec in FORKS
            .into_iter()
            .filter(|spec| spec.is_enabled_in(SpecId::CANCUN))
        {
            let (block, state) = workload::contracts(seed, 40, 2 + seed % 7, spec);
            let expected = in_order(&engine, &block, &state);
            let list = expected.block_access_list.as_ref().unwrap();
            let results = sent(&block, &state, list).unwrap();
            let outcome = merged(&engine, &block, &state, list, results);
            let at = format!("seed {seed}, {spec:?}");
            assert_eq!(difference(&outcome, &expected), None, "{at}");
            assert_eq!(outcome.report.bal_mismatch, None, "{at}");
            assert_eq!(outcome.report.executions, 40, "{at}");
        }
    }
}

/// Without any signature the block is the same: what is believed is what the document names.
#[test]
fn a_copy_is_read_without_its_signatures() {
    let text = |from: &str| {
        let r = format!("0x{}", "11".repeat(32));
        format!(
            r#"{{ "chainId": 1, "preState": {{}}, "block": {{ "number": "0x1312d00", "timestamp":
            "0x66800000", "miner": "0x00000000000000000000000000000000000000cc", "gasLimit":
            "0x1c9c380", "transactions": [{{ "type": "0x0", "nonce": "0x0", "gas": "0x5208",
            "gasPrice": "0x1", "value": "0x0", "input": "0x", {from} "to":
            "0x00000000000000000000000000000000000000bb", "v": "0x25", "r": "{r}", "s": "{r}" }}] }} }}"#
        )
    };
    let named = text(r#""from": "0x00000000000000000000000000000000000000aa","#);
    assert!(Fixture::from_json(named.as_bytes()).is_err());
    let read = Fixture::from_checked_json(named.as_bytes()).unwrap();
    let env = &read.block.transactions[0].env;
    assert_eq!(env.caller, Address::with_last_byte(0xaa));
    assert_eq!(env.chain_id, Some(1));

    // Nobody is named: the signature tells.
    let unnamed = text("");
    let read = Fixture::from_json(unnamed.as_bytes()).map(|read| read.block.transactions);
    let copy = Fixture::from_checked_json(unnamed.as_bytes()).map(|read| read.block.transactions);
    assert_eq!(format!("{read:?}"), format!("{copy:?}"));
}

#[test]
fn recorded_blocks_run_in_chunks() {
    let engine = Engine::new(1).unwrap();
    let mut ran = 0;
    for path in fixture::list(&fixture::blocks_folder()).unwrap() {
        let loaded = fixture::load(&engine, &path).unwrap();
        let Some(list) = &loaded.block_access_list else {
            continue;
        };
        let (block, state) = (&loaded.block, &loaded.state);
        let outcome = merged(
            &engine,
            block,
            state,
            list,
            sent(block, state, list).unwrap(),
        );
        let name = fixture::name(&path);
        assert_eq!(
            difference(&outcome, &in_order(&engine, block, state)),
            None,
            "{name}"
        );
        assert_eq!(outcome.report.executor, Executor::Bal, "{name}");
        ran += 1;
    }
    assert!(ran > 0);
}

#[test]
fn a_lost_chunk_is_found_out() {
    let engine = Engine::new(1).unwrap();
    let (block, state) = workload::contracts(1, 40, 4, SpecId::CANCUN);
    let expected = in_order(&engine, &block, &state);
    let list = expected.block_access_list.as_ref().unwrap();
    let mut lost = sent(&block, &state, list).unwrap();
    lost.pop();
    let outcome = merged(&engine, &block, &state, list, lost);
    assert_eq!(difference(&outcome, &expected), None);
    assert_eq!(outcome.report.executor, Executor::Sequential);
    assert!(outcome.report.bal_mismatch.is_some());
}

#[test]
fn a_wrong_list_is_found_out_by_a_chunk_or_when_merged() {
    let engine = Engine::new(1).unwrap();
    let (block, state) = workload::contracts(1, 40, 4, SpecId::CANCUN);
    let expected = in_order(&engine, &block, &state);
    let mut list = expected.block_access_list.clone().unwrap();
    let account = &mut list.accounts_mut()[0];
    account.storage_reads.push(U256::MAX);
    // Nothing that runs misses the read that is too much.
    let results = sent(&block, &state, &list).unwrap();
    let outcome = merged(&engine, &block, &state, &list, results);
    assert_eq!(difference(&outcome, &expected), None);
    assert!(outcome.report.bal_mismatch.is_some());

    list.accounts_mut().remove(0);
    assert!(sent(&block, &state, &list).is_err());
}

#[test]
fn damaged_bytes_are_no_chunk() {
    let (block, state) = workload::transfers(5);
    let expected = in_order(&Engine::new(1).unwrap(), &block, &state);
    let list = expected.block_access_list.unwrap();
    for result in sent(&block, &state, &list).unwrap() {
        let bytes = result.encode();
        assert!(PartialResult::decode(&bytes[..bytes.len() - 1]).is_err());
        assert!(PartialResult::decode(&[&bytes[..], &[0]].concat()).is_err());
    }
}
