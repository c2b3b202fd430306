//! Ranges of the numbers of a genesis file outside its `config`.

use alloy_genesis::Genesis;
use alloy_primitives::{U256, uint};
use parevm::block::OutOfRange;

/// Maximum of heights, times, gas and fees, which leaves room for later values in 64 bits.
const MOST: U256 = uint!(0x7fff_ffff_ffff_ffff_U256);
/// A nonce is below 2^64 - 1 (EIP-2681).
const MAX_NONCE: U256 = uint!(0xffff_ffff_ffff_fffe_U256);
/// geth's `Header.SanityCheck`: 80 bits.
const MAX_DIFFICULTY: U256 = uint!(0xffff_ffff_ffff_ffff_ffff_U256);

/// Checks every number of `genesis` outside its rules (see [`ForkSchedule::from_config`](parevm::block::ForkSchedule::from_config)).
///
/// # Errors
///
/// [`OutOfRange`]: the first number out of its range.
pub(super) fn check_genesis(genesis: &Genesis) -> Result<(), OutOfRange> {
    let number = |number: u64| Some(U256::from(number));
    let fields = [
        ("number", genesis.number.and_then(number), U256::ZERO, MOST),
        ("timestamp", number(genesis.timestamp), U256::ZERO, MOST),
        ("gasLimit", number(genesis.gas_limit), U256::ZERO, MOST),
        (
            "difficulty",
            Some(genesis.difficulty),
            U256::ZERO,
            MAX_DIFFICULTY,
        ),
        (
            "baseFeePerGas",
            genesis.base_fee_per_gas.map(U256::from),
            U256::ZERO,
            MOST,
        ),
        (
            "excessBlobGas",
            genesis.excess_blob_gas.and_then(number),
            U256::ZERO,
            MOST,
        ),
        (
            "blobGasUsed",
            genesis.blob_gas_used.and_then(number),
            U256::ZERO,
            MOST,
        ),
        (
            "slotNumber",
            genesis.slot_number.and_then(number),
            U256::ZERO,
            MOST,
        ),
    ];
    for (field, found, least, most) in fields {
        if let Some(found) = found {
            OutOfRange::check(field, found, least, most)?;
        }
    }
    for (address, account) in &genesis.alloc {
        if let Some(nonce) = account.nonce {
            let field = format!("alloc.{address}.nonce");
            OutOfRange::check(&field, U256::from(nonce), U256::ZERO, MAX_NONCE)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use crate::chain::{Chain, GenesisError};
    use parevm::{block::ConfigError, build::next_excess_blob_gas};
    use serde_json::{Value, json};

    /// A genesis file with all numbers, each at the least or the most it may be.
    fn document() -> Value {
        let blobs = json!({ "target": 3, "max": 6, "baseFeeUpdateFraction": 3_338_477 });
        json!({
            "config": {
                "chainId": 1,
                "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
                "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0,
                "istanbulBlock": 0, "berlinBlock": 0, "londonBlock": 0,
                "terminalTotalDifficulty": 0,
                "shanghaiTime": 0, "cancunTime": 0,
                "blobSchedule": { "cancun": blobs },
            },
            "nonce": "0x0",
            "timestamp": "0x0",
            "extraData": "0x",
            "gasLimit": "0x1388",
            "difficulty": "0x0",
            "mixHash": "0x0000000000000000000000000000000000000000000000000000000000000000",
            "coinbase": "0x0000000000000000000000000000000000000000",
            "baseFeePerGas": "0x0",
            "excessBlobGas": "0x0",
            "blobGasUsed": "0x0",
            "slotNumber": "0x0",
            "number": "0x0",
            "alloc": {
                "0x00000000000000000000000000000000000000aa": { "balance": "0x0", "nonce": "0x0" },
            },
        })
    }

    /// Returns the error of the document with `value` at `path`.
    fn error(path: &str, value: &Value) -> Option<String> {
        let mut document = document();
        *document.pointer_mut(path).unwrap() = value.clone();
        let genesis = serde_json::from_value(document).unwrap();
        match Chain::from_genesis(&genesis) {
            Ok(_) => None,
            Err(GenesisError::OutOfRange(wrong)) => Some(wrong.to_string()),
            Err(GenesisError::Config(ConfigError::OutOfRange(wrong))) => Some(wrong.to_string()),
            Err(other) => Some(format!("{other:?}")),
        }
    }

    #[test]
    fn every_number_of_a_genesis_has_its_range() {
        let (most, beyond) = (json!("0x7fffffffffffffff"), json!("0x8000000000000000"));
        let to = "0 to 9223372036854775807";
        let beyond_is = "is 9223372036854775808, expected";
        let nonce = "/alloc/0x00000000000000000000000000000000000000aa/nonce";
        let fraction = "/config/blobSchedule/cancun/baseFeeUpdateFraction";
        let cases = [
            ("/timestamp", most.clone(), beyond.clone(), format!("timestamp {beyond_is} {to}")),
            ("/number", most.clone(), beyond.clone(), format!("number {beyond_is} {to}")),
            ("/baseFeePerGas", most.clone(), beyond.clone(), format!("baseFeePerGas {beyond_is} {to}")),
            ("/excessBlobGas", most.clone(), beyond.clone(), format!("excessBlobGas {beyond_is} {to}")),
            ("/blobGasUsed", most.clone(), beyond.clone(), format!("blobGasUsed {beyond_is} {to}")),
            ("/slotNumber", most.clone(), beyond.clone(), format!("slotNumber {beyond_is} {to}")),
            ("/gasLimit", most.clone(), beyond, format!("gasLimit {beyond_is} {to}")),
            ("/difficulty", json!("0xffffffffffffffffffff"), json!("0x100000000000000000000"),
                "difficulty is 1208925819614629174706176, expected 0 to 1208925819614629174706175".into()),
            (nonce, json!("0xfffffffffffffffe"), json!("0xffffffffffffffff"),
                "alloc.0x00000000000000000000000000000000000000AA.nonce is 18446744073709551615, \
                 expected 0 to 18446744073709551614".into()),
            ("/config/chainId", json!(9_223_372_036_854_775_771_u64), json!(9_223_372_036_854_775_772_u64),
                "config.chainId is 9223372036854775772, expected 1 to 9223372036854775771".into()),
            ("/config/chainId", json!(1), json!(0),
                "config.chainId is 0, expected 1 to 9223372036854775771".into()),
            (fraction, json!(1), json!(0),
                "config.blobSchedule.cancun.baseFeeUpdateFraction is 0, expected 1 to 18446744073709551615".into()),
            ("/config/blobSchedule/cancun/max", json!(4_294_967_295_u64), json!(4_294_967_296_u64),
                "config.blobSchedule.cancun.max is 4294967296, expected 1 to 4294967295".into()),
            ("/config/blobSchedule/cancun/max", json!(3), json!(0),
                "config.blobSchedule.cancun.max is 0, expected 1 to 4294967295".into()),
            ("/config/blobSchedule/cancun/target", json!(6), json!(7),
                "config.blobSchedule.cancun.target is 7, expected 0 to 6".into()),
        ];
        for (path, right, wrong, words) in cases {
            assert_eq!(error(path, &right), None, "{path}");
            let found = error(path, &wrong);
            assert_eq!(found.as_deref(), Some(words.as_str()), "{path}");
        }
    }

    /// The blob gas price can be computed for every valid genesis.
    #[test]
    fn a_chain_with_the_least_update_fraction_and_the_most_excess_makes_blocks() {
        let mut document = document();
        *document.pointer_mut("/excessBlobGas").unwrap() = json!("0x7fffffffffffffff");
        *document.pointer_mut("/blobGasUsed").unwrap() = json!("0x7fffffffffffffff");
        *document.pointer_mut("/baseFeePerGas").unwrap() = json!("0x7fffffffffffffff");
        let fraction = "/config/blobSchedule/cancun/baseFeeUpdateFraction";
        *document.pointer_mut(fraction).unwrap() = json!(1);
        let genesis = serde_json::from_value(document).unwrap();
        let chain = Chain::from_genesis(&genesis).unwrap();
        let header = chain.head().block.header.clone();
        let params = chain.schedule().blob_params(1, 1).unwrap();
        let excess = next_excess_blob_gas(&header, &params);
        assert_eq!(excess, u64::MAX - 1 - 3 * 131_072);
        let header = parevm::block::Header {
            number: 1,
            timestamp: 1,
            excess_blob_gas: Some(excess),
            ..parevm::block::Header::default()
        };
        let block = parevm::Block::new(1, chain.schedule().clone(), header, Vec::new());
        let environment = parevm::vm::Environment::new(&block);
        assert_eq!(environment.blob_gas_price(), u128::MAX);
    }
}
