//! What a node says that the next block costs.

use parevm_testkit::conversation::Conversation;
use serde_json::{Value, json};

const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

fn said(talk: &mut Conversation) -> [Value; 4] {
    let history = talk.ask("eth_feeHistory", json!(["0x1", "latest", []]));
    [
        history["baseFeePerGas"][1].clone(),
        talk.ask("eth_baseFee", json!([])),
        talk.ask("anvil_nodeInfo", json!([]))["environment"]["baseFee"].clone(),
        talk.ask("eth_getBlockByNumber", json!(["pending", false]))["baseFeePerGas"].clone(),
    ]
}

/// https://github.com/foundry-rs/foundry/issues/7769
/// https://github.com/foundry-rs/foundry/issues/3762
#[test]
fn the_next_base_fee_is_that_which_was_set_until_the_block_is_there() {
    let mut talk = Conversation::new(json!({}));
    // EIP-1559 of an empty genesis block with 1 gwei: an eighth less.
    assert_eq!(said(&mut talk), ["0x342770c0"; 4]);
    assert_eq!(talk.ask("eth_gasPrice", json!([])), "0x6fc23ac0");
    talk.ask("anvil_setNextBlockBaseFeePerGas", json!(["0xba43b7400"]));
    assert_eq!(said(&mut talk), ["0xba43b7400"; 4]);
    // With a tip of 1 gwei.
    assert_eq!(talk.ask("eth_gasPrice", json!([])), "0xbdfd63e00");
    // What is asked of an older block, or of the pending one, is not about the next.
    let history = talk.ask("eth_feeHistory", json!(["0x1", "pending", []]));
    assert_eq!(
        history["baseFeePerGas"],
        json!(["0xba43b7400", "0xa2fb40580"])
    );
    // Fees are another setting than the gas limit, the time and the state.
    talk.ask("evm_setBlockGasLimit", json!(["0x1312d00"]));
    talk.ask("evm_increaseTime", json!([100]));
    talk.ask("anvil_setBalance", json!([BOB, "0x5"]));
    assert_eq!(said(&mut talk), ["0xba43b7400"; 4]);
    let snapshot = talk.ask("evm_snapshot", json!([]));
    let payment = json!([{ "from": ALICE, "to": BOB, "gas": "0x5208" }]);
    talk.ask("eth_sendTransaction", payment);
    let block = talk.ask("eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(block["baseFeePerGas"], "0xba43b7400");
    assert_eq!(block["gasLimit"], "0x1312d00");
    // 21,000 of 20,000,000 gas: 50 gwei less (10,000,000 - 21,000) / 10,000,000 / 8 of it.
    assert_eq!(said(&mut talk), ["0xa307c4b08"; 4]);
    let history = talk.ask("eth_feeHistory", json!(["0x2", "latest", []]));
    assert_eq!(
        history["baseFeePerGas"],
        json!(["0x3b9aca00", "0xba43b7400", "0xa307c4b08"])
    );
    // The block after an older one is there: it has what it has.
    let history = talk.ask("eth_feeHistory", json!(["0x1", "0x0", []]));
    assert_eq!(
        history["baseFeePerGas"],
        json!(["0x3b9aca00", "0xba43b7400"])
    );
    talk.ask("evm_revert", json!([snapshot]));
    assert_eq!(said(&mut talk), ["0xba43b7400"; 4]);
    talk.ask("anvil_reset", json!([]));
    assert_eq!(said(&mut talk), ["0x342770c0"; 4]);
}

#[test]
fn a_base_fee_of_zero_can_be_set() {
    let mut talk = Conversation::new(json!({}));
    talk.ask("hardhat_setNextBlockBaseFeePerGas", json!(["0x0"]));
    assert_eq!(said(&mut talk), ["0x0"; 4]);
    assert_eq!(talk.ask("eth_gasPrice", json!([])), "0x3b9aca00");
}

#[test]
fn no_base_fee_is_said_before_london_and_the_first_one_before_its_first_block() {
    let genesis = |london: u64| {
        json!({
            "config": {
                "chainId": 1, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0,
                "eip158Block": 0, "byzantiumBlock": 0, "constantinopleBlock": 0,
                "petersburgBlock": 0, "istanbulBlock": 0, "berlinBlock": 0, "londonBlock": london,
            },
            "difficulty": "0x1", "gasLimit": "0x1c9c380", "alloc": {},
        })
    };
    let mut talk = Conversation::new(json!({ "genesis": genesis(1) }));
    assert_eq!(said(&mut talk), ["0x3b9aca00"; 4]);
    assert_eq!(talk.ask("eth_gasPrice", json!([])), "0x77359400");
    let mut talk = Conversation::new(json!({ "genesis": genesis(2) }));
    assert_eq!(talk.ask("eth_baseFee", json!([])), Value::Null);
    let history = talk.ask("eth_feeHistory", json!(["0x1", "latest", []]));
    assert_eq!(history["baseFeePerGas"], json!(["0x0", "0x0"]));
}
