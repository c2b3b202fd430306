//! Methods that look at blocks, accounts and runs, as geth, anvil and execution-apis mean them.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
/// Stores its balance in the slot that it is called with.
const KEEPER: &str = "0x00000000000000000000000000000000000000c0";
const KEEPER_CODE: &str = "0x475f355500";
const EMPTY_CODE: &str = "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
const EMPTY_ROOT: &str = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";

fn word(value: u64) -> String {
    format!("0x{value:064x}")
}

/// Calls the keeper with `slot` and a value of 1 wei.
fn call(talk: &mut Conversation, slot: u64) -> Value {
    talk.ask(
        "eth_sendTransaction",
        json!([{ "from": ALICE, "to": KEEPER, "value": "0x1", "input": word(slot), "gas": "0x30000" }]),
    )
}

/// Two calls of the keeper in the first block.
fn started(options: Value) -> (Conversation, [Value; 2]) {
    let mut talk = Conversation::new(options);
    talk.ask("anvil_setCode", json!([KEEPER, KEEPER_CODE]));
    let hashes = [call(&mut talk, 7), call(&mut talk, 8)];
    talk.ask("evm_mine", json!([]));
    (talk, hashes)
}

fn manual() -> Value {
    json!({ "mining": "manual" })
}

#[test]
fn a_header_is_a_block_without_what_is_in_it() {
    let (mut talk, _) = started(manual());
    let mut block = talk.ask("eth_getBlockByNumber", json!(["0x1", false]));
    let fields = block.as_object_mut().unwrap();
    for field in ["size", "uncles", "transactions", "withdrawals"] {
        assert!(fields.remove(field).is_some(), "{field}");
    }
    for tag in ["0x1", "latest", "safe", "finalized"] {
        assert_eq!(
            talk.ask("eth_getHeaderByNumber", json!([tag])),
            block,
            "{tag}"
        );
    }
    let hash = &block["hash"];
    assert_eq!(talk.ask("eth_getHeaderByHash", json!([hash])), block);
    let earliest = talk.ask("eth_getHeaderByNumber", json!(["earliest"]));
    assert_eq!(earliest["number"], "0x0");
    let pending = talk.ask("eth_getHeaderByNumber", json!(["pending"]));
    assert_eq!(pending["number"], "0x2");
    assert_eq!(pending["parentHash"], *hash);
    for field in ["hash", "nonce", "miner"] {
        assert_eq!(pending[field], Value::Null, "{field}");
    }
    assert_eq!(
        talk.ask("eth_getHeaderByNumber", json!(["0x9"])),
        Value::Null
    );
    assert_eq!(
        talk.ask("eth_getHeaderByHash", json!([word(9)])),
        Value::Null
    );
    for params in [json!(["soon"]), json!(["9"]), json!([{}])] {
        talk.refused("eth_getHeaderByNumber", params);
    }
    talk.refused("eth_getHeaderByHash", json!(["0x1"]));
    talk.refused("eth_getHeaderByHash", json!([]));
}

#[test]
fn a_transaction_is_found_as_bytes_by_its_block() {
    let (mut talk, hashes) = started(manual());
    let raw = hashes.map(|hash| talk.ask("eth_getRawTransactionByHash", json!([hash])));
    assert!(raw[0].as_str().unwrap().starts_with("0x02f8"));
    let block = talk.ask("eth_getBlockByNumber", json!(["0x1", false]));
    let hash = &block["hash"];
    for (index, raw) in raw.iter().enumerate() {
        let index = format!("{index:#x}");
        let by_number = "eth_getRawTransactionByBlockNumberAndIndex";
        assert_eq!(talk.ask(by_number, json!(["latest", index])), *raw);
        let by_hash = "eth_getRawTransactionByBlockHashAndIndex";
        assert_eq!(talk.ask(by_hash, json!([hash, index])), *raw);
    }
    let all = talk.ask("debug_getRawTransactions", json!(["0x1"]));
    assert_eq!(all, json!(raw));
    for (method, params) in [
        (
            "eth_getRawTransactionByBlockNumberAndIndex",
            json!(["0x1", "0x2"]),
        ),
        (
            "eth_getRawTransactionByBlockNumberAndIndex",
            json!(["0x9", "0x0"]),
        ),
        (
            "eth_getRawTransactionByBlockHashAndIndex",
            json!([hash, "0x2"]),
        ),
        (
            "eth_getRawTransactionByBlockHashAndIndex",
            json!([word(9), "0x0"]),
        ),
    ] {
        assert_eq!(talk.ask(method, params), Value::Null, "{method}");
    }
    talk.refused("eth_getRawTransactionByBlockNumberAndIndex", json!(["0x1"]));
    talk.refused(
        "eth_getRawTransactionByBlockHashAndIndex",
        json!([hash, "one"]),
    );
}

#[test]
fn an_account_is_returned_as_the_trie_holds_it() {
    let (mut talk, _) = started(manual());
    let proof = talk.ask("eth_getProof", json!([KEEPER, [], "latest"]));
    let account = talk.ask("eth_getAccount", json!([KEEPER, "latest"]));
    assert_eq!(
        account,
        json!({
            "nonce": "0x0",
            "balance": "0x2",
            "storageRoot": proof["storageHash"],
            "codeHash": proof["codeHash"],
        })
    );
    assert_ne!(account["storageRoot"], EMPTY_ROOT);
    let empty = json!({
        "nonce": "0x0", "balance": "0x0", "storageRoot": EMPTY_ROOT, "codeHash": EMPTY_CODE,
    });
    assert_eq!(
        talk.ask(
            "eth_getAccount",
            json!(["0x00000000000000000000000000000000000000c1", "0x1"])
        ),
        empty
    );
    // As it was before the block, and without a block as it is.
    let before = talk.ask("eth_getAccount", json!([KEEPER, "earliest"]));
    assert_eq!(
        (&before["balance"], &before["storageRoot"]),
        (&json!("0x0"), &json!(EMPTY_ROOT))
    );
    assert_eq!(talk.ask("eth_getAccount", json!([KEEPER])), account);
    assert_eq!(
        talk.ask("eth_getAccountInfo", json!([KEEPER, "latest"])),
        json!({ "balance": "0x2", "nonce": "0x0", "code": KEEPER_CODE })
    );
    for method in ["eth_getAccount", "eth_getAccountInfo"] {
        let error = talk.refused(method, json!([KEEPER, "0x9"]));
        assert_eq!(error.code.number(), -32_001, "{error}");
        let error = talk.refused(method, json!(["0xc0", "latest"]));
        assert!(error.message.starts_with("address: "), "{error}");
    }
}

/// https://openethereum.github.io/JSONRPC-trace-module
#[test]
fn calls_are_listed_as_parity_does() {
    let (mut talk, hashes) = started(manual());
    let block = talk.ask("eth_getBlockByNumber", json!(["0x1", false]));
    let expected = |index: usize, used: &str| {
        json!({
            "action": {
                "from": ALICE, "callType": "call", "to": KEEPER, "value": "0x1",
                "input": word(7 + index as u64),
                // 0x30000 less 21,000, 32 bytes of data, one of them not zero.
                "gas": format!("{:#x}", 0x30000 - 21_000 - 31 * 4 - 16),
            },
            "result": { "gasUsed": used, "output": "0x" },
            "subtraces": 0,
            "traceAddress": [],
            "type": "call",
            "blockHash": block["hash"],
            "blockNumber": 1,
            "transactionHash": hashes[index],
            "transactionPosition": index,
        })
    };
    // SELFBALANCE 5, PUSH0 2, CALLDATALOAD 3, SSTORE 22,100.
    let calls = [expected(0, "0x565e"), expected(1, "0x565e")];
    assert_eq!(talk.ask("trace_block", json!(["latest"])), json!(calls));
    for (hash, call) in hashes.iter().zip(&calls) {
        assert_eq!(talk.ask("trace_transaction", json!([hash])), json!([call]));
        assert_eq!(talk.ask("trace_get", json!([hash, ["0x0"]])), *call);
        assert_eq!(talk.ask("trace_get", json!([hash, ["0x1"]])), Value::Null);
    }
    let filtered =
        |talk: &mut Conversation, filter: Value| talk.ask("trace_filter", json!([filter]));
    assert_eq!(
        filtered(&mut talk, json!({ "toAddress": [KEEPER] })),
        json!(calls)
    );
    assert_eq!(
        filtered(&mut talk, json!({ "fromAddress": [BOB] })),
        json!([])
    );
    let second = json!({ "fromBlock": "earliest", "toBlock": "latest", "after": 1, "count": 1 });
    assert_eq!(filtered(&mut talk, second), json!([calls[1]]));
    let none = json!({ "toAddress": [KEEPER], "fromAddress": [BOB] });
    assert_eq!(filtered(&mut talk, none), json!([]));
    let either = json!({ "toAddress": [KEEPER], "fromAddress": [BOB], "mode": "union" });
    assert_eq!(filtered(&mut talk, either), json!(calls));
    // What is not known has no calls, and neither has the first block.
    for (method, params) in [
        ("trace_block", json!(["0x9"])),
        ("trace_block", json!(["earliest"])),
        ("trace_transaction", json!([word(9)])),
        (
            "trace_filter",
            json!([{ "fromBlock": "0x0", "toBlock": "0x0" }]),
        ),
    ] {
        assert_eq!(talk.ask(method, params), json!([]), "{method}");
    }
    for filter in [
        json!({ "fromBlock": "0x2", "toBlock": "0x1" }),
        json!({ "fromBlocks": "0x2" }),
        json!({ "mode": "both" }),
        json!("all"),
    ] {
        let error = talk.refused("trace_filter", json!([filter]));
        assert!(error.message.starts_with("filter"), "{error}");
    }
    talk.refused("trace_get", json!([hashes[0]]));
    talk.refused("trace_transaction", json!(["0x1"]));
}

#[test]
fn a_block_that_is_given_is_traced_like_one_of_the_chain() {
    let (mut talk, _) = started(manual());
    let raw = talk.ask("debug_getRawBlock", json!(["latest"]));
    let options = json!({ "tracer": "callTracer" });
    let known = talk.ask("debug_traceBlockByNumber", json!(["latest", options]));
    assert_eq!(known[0]["result"]["to"], KEEPER);
    assert_eq!(talk.ask("debug_traceBlock", json!([raw, options])), known);
    // The chain need not have it, only its parent.
    talk.ask("anvil_rollback", json!([1]));
    assert_eq!(talk.ask("debug_traceBlock", json!([raw, options])), known);
    let genesis = talk.ask("debug_getRawBlock", json!(["earliest"]));
    let error = talk.refused("debug_traceBlock", json!([genesis]));
    assert_eq!(error.message, "genesis is not traceable");
    let mut other = Conversation::new(json!({ "timestamp": 5 }));
    let error = other.refused("debug_traceBlock", json!([raw]));
    assert!(error.message.starts_with("parent 0x"), "{error}");
    assert!(error.message.ends_with(" not found"), "{error}");
    for wrong in [json!("0x"), json!("0x1234"), json!("latest"), Value::Null] {
        let error = talk.refused("debug_traceBlock", json!([wrong]));
        assert!(error.message.starts_with("block: "), "{error}");
    }
}

/// https://github.com/ethereum/go-ethereum/blob/master/eth/api_debug.go (`StorageRangeAt`)
#[test]
fn slots_are_listed_before_a_transaction() {
    let (mut talk, _) = started(manual());
    // keccak256 of the slots 7 and 8, 32 bytes each.
    let seventh = "0xa66cc928b5edb82af9bd49922954155ab7b0942694bea4ce44661d9a8736c688";
    let eighth = "0xf3f7a9fe364faab93b216da50a3214154f22a0a2b415b23a84c8169e8b636ee3";
    let slot = |key: u64, value: u64| json!({ "key": word(key), "value": word(value) });
    let range = |talk: &mut Conversation, block: &str, index: u64, start: &str, most: u64| {
        talk.ask(
            "debug_storageRangeAt",
            json!([block, index, KEEPER, start, most]),
        )
    };
    let none = json!({ "storage": {}, "nextKey": null });
    assert_eq!(range(&mut talk, "0x1", 0, "0x", 10), none);
    assert_eq!(
        range(&mut talk, "0x1", 1, "0x", 10),
        json!({ "storage": { seventh: slot(7, 1) }, "nextKey": null })
    );
    // An empty block, before which there is all of the block before.
    talk.ask("evm_mine", json!([]));
    assert_eq!(
        range(&mut talk, "latest", 0, "0x", 10),
        json!({ "storage": { seventh: slot(7, 1), eighth: slot(8, 2) }, "nextKey": null })
    );
    assert_eq!(
        range(&mut talk, "latest", 0, "0x", 1),
        json!({ "storage": { seventh: slot(7, 1) }, "nextKey": eighth })
    );
    for start in ["0xb0", eighth] {
        assert_eq!(
            range(&mut talk, "latest", 0, start, 1),
            json!({ "storage": { eighth: slot(8, 2) }, "nextKey": null })
        );
    }
    for (params, words) in [
        (
            json!(["0x1", 2, KEEPER, "0x", 1]),
            "the block has 2 transactions",
        ),
        (
            json!(["0x0", 0, KEEPER, "0x", 1]),
            "genesis is not traceable",
        ),
        (json!(["0x9", 0, KEEPER, "0x", 1]), "block not found"),
        (json!(["0x1", -1, KEEPER, "0x", 1]), "transaction index: "),
        (json!(["0x1", 0, "0x12", "0x", 1]), "address: "),
        (
            json!(["0x1", 0, KEEPER, format!("{}00", word(1)), 1]),
            "key start: ",
        ),
        (json!(["0x1", 0, KEEPER, "0x"]), "max results: "),
    ] {
        let error = talk.refused("debug_storageRangeAt", params);
        assert!(error.message.starts_with(words), "{error}");
    }
}

/// https://github.com/ethereum/execution-apis/blob/main/src/eth/block.yaml
#[test]
fn a_block_under_amsterdam_has_an_access_list() {
    let genesis = json!({
        "config": {
            "chainId": 1, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
            "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0,
            "berlinBlock": 0, "londonBlock": 0, "terminalTotalDifficulty": 0,
            "terminalTotalDifficultyPassed": true, "shanghaiTime": 0, "cancunTime": 0,
            "pragueTime": 0, "osakaTime": 0, "amsterdamTime": 0,
        },
        "gasLimit": "0x1c9c380", "difficulty": "0x0",
        "alloc": {
            ALICE: { "balance": "0xde0b6b3a7640000" },
            KEEPER: { "balance": "0x0", "code": KEEPER_CODE },
        },
    });
    let mut talk = Conversation::new(json!({ "genesis": genesis }));
    call(&mut talk, 7);
    let block = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    let list = talk.ask("eth_getBlockAccessList", json!(["latest"]));
    let entries = list.as_array().unwrap();
    let keeper = entries.iter().find(|entry| entry["address"] == KEEPER);
    assert_eq!(
        keeper.unwrap(),
        &json!({
            "address": KEEPER,
            "storageChanges": [{ "key": word(7), "changes": [{ "index": "0x1", "value": word(1) }] }],
            "storageReads": [],
            "balanceChanges": [{ "index": "0x1", "value": "0x1" }],
            "nonceChanges": [],
            "codeChanges": [],
        })
    );
    let hash = &block["hash"];
    for (method, params) in [
        ("eth_getBlockAccessList", json!([hash])),
        ("eth_getBlockAccessListByBlockHash", json!([hash])),
        ("eth_getBlockAccessListByBlockNumber", json!(["0x1"])),
    ] {
        assert_eq!(talk.ask(method, params), list, "{method}");
    }
    let raw = talk.ask("eth_getBlockAccessListRaw", json!(["0x1"]));
    let hashed = talk.ask("web3_sha3", json!([raw]));
    assert_eq!(hashed, block["blockAccessListHash"]);
    assert_eq!(
        talk.ask("eth_getBlockAccessList", json!(["0x0"])),
        json!([])
    );
    for unknown in ["0x9", "pending", &word(9)] {
        let found = talk.ask("eth_getBlockAccessList", json!([unknown]));
        assert_eq!(found, Value::Null, "{unknown}");
    }

    let (mut before, _) = started(manual());
    let error = before.refused("eth_getBlockAccessList", json!(["latest"]));
    assert_eq!(error.code.number(), -32_001);
    assert_eq!(
        error.message,
        "block 1 has no block access list: it is before Amsterdam"
    );
}

#[test]
fn the_namespaces_of_all_methods_are_listed() {
    let mut talk = Conversation::new(json!({ "timestamp": 7 }));
    let modules = [
        "anvil", "debug", "eth", "evm", "hardhat", "net", "parevm", "personal", "rpc", "tenderly",
        "testing", "trace", "txpool", "web3",
    ];
    let expected: Value = modules.map(|module| (module, "1.0")).into_iter().collect();
    assert_eq!(talk.ask("rpc_modules", json!([])), expected);
    assert_eq!(talk.ask("anvil_getGenesisTime", json!([])), 7);
}
