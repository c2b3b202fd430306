//! Mutated bytes for every decoder of untrusted bytes: no panic, no long wait, no excessive memory, and accepted values
//! round-trip.
//!
//! `PAREVM_SEED` is the first seed, `PAREVM_SEEDS` the number of seeds of each decoder.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod counting;

use counting::peak_of;
use parevm_testkit::{
    fixture,
    fuzz::{Decoder, Reading, bytes::mutate},
    random::Random,
};
use std::{
    env,
    time::{Duration, Instant},
};

/// Maximum memory per byte of input. Text grows: `{}` decodes to all fields of a block.
const PROPORTION: usize = 200;
/// Constant part of the maximum memory, in bytes.
const FLOOR: usize = 1 << 20;

fn number(variable: &str, default: u64) -> u64 {
    let text = env::var(variable).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn texts() -> Vec<Vec<u8>> {
    let embedded = fixture::list(&fixture::embedded_folder()).unwrap();
    let mut texts: Vec<_> = embedded
        .iter()
        .map(|path| fixture::read(path).unwrap())
        .collect();
    // A short fixture.
    let account = r#""0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b":{"balance":"0x64","nonce":1,"code":"0x6001","storage":{"0x1":"0x2"}}"#;
    let block = r#""number":"0x1","timestamp":"0x1","miner":"0x0000000000000000000000000000000000000001","gasLimit":"0x5208","transactions":[]"#;
    let list = r#"{"address":"0x00000000000000000000000000000000000000aa","storageChanges":[],"storageReads":["0x1"],"nonceChanges":[],"codeChanges":[],"balanceChanges":[{"index":"0x1","value":"0x5"}]}"#;
    texts.push(
        format!(
            r#"{{"chainId":1,"block":{{{block}}},"preState":{{{account}}},"blockHashes":{{"0":"0x{}"}},"witness":{{"state":["0xc0"],"codes":["0x60"],"headers":["0xc0"]}},"blockAccessList":[{list}]}}"#,
            "11".repeat(32)
        )
        .into_bytes(),
    );
    texts
}

/// Decodes `bytes`. The error is a violation, in words.
fn complaint(decoder: Decoder, bytes: &[u8]) -> Result<Reading, String> {
    let start = Instant::now();
    let (reading, peak) = peak_of(|| decoder.read(bytes));
    let reading = reading?;
    let took = start.elapsed();
    if took > Duration::from_secs(30) {
        return Err(format!("took {took:?}"));
    }
    if peak > FLOOR + PROPORTION * bytes.len() {
        return Err(format!("{peak} bytes of memory for {}", bytes.len()));
    }
    Ok(reading)
}

#[test]
fn mutated_bytes_are_accepted_or_rejected() {
    let texts = texts();
    let first = number("PAREVM_SEED", 0);
    let mut complaints = Vec::new();
    for decoder in Decoder::ALL {
        let samples = decoder.samples(&texts);
        let mut accepted = 0;
        for sample in &samples {
            match complaint(decoder, sample) {
                Ok(reading) => accepted += usize::from(reading == Reading::Accepted),
                Err(words) => complaints.push(format!("{}, unspoilt: {words}", decoder.name())),
            }
        }
        assert!(accepted > 0, "{}: no sample is accepted", decoder.name());
        // Long samples cost more and find as much.
        let short: Vec<_> = samples
            .iter()
            .filter(|sample| sample.len() < 40_000)
            .collect();
        assert!(
            !short.is_empty(),
            "{}: all samples are long",
            decoder.name()
        );
        let (mut rejected, mut accepted) = (0, 0);
        for seed in first..first + number("PAREVM_SEEDS", 400) {
            let mut random = Random::new(seed);
            let [one, other] = [(); 2].map(|()| {
                let at = random.below(short.len() as u64);
                short[usize::try_from(at).unwrap()]
            });
            match complaint(decoder, &mutate(&mut random, one, other)) {
                Ok(Reading::Accepted) => accepted += 1,
                Ok(Reading::Rejected) => rejected += 1,
                Err(words) => complaints.push(format!("{}, seed {seed}: {words}", decoder.name())),
            }
        }
        println!(
            "{}: {} samples; {accepted} accepted, {rejected} rejected",
            decoder.name(),
            samples.len()
        );
        assert!(rejected > 0, "{}: nothing is rejected", decoder.name());
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Deeply nested lists and objects are rejected before the stack overflows.
#[test]
fn deeply_nested_input_is_rejected() {
    let deep = |open: &str, close: &str| {
        let text = [open.repeat(200_000), close.repeat(200_000)].concat();
        text.into_bytes()
    };
    let mut rlp = Vec::new();
    // The length of each list is that of its content.
    for _ in 0..50_000 {
        let mut outer = Vec::new();
        alloy_rlp::Header {
            list: true,
            payload_length: rlp.len(),
        }
        .encode(&mut outer);
        outer.extend(&rlp);
        rlp = outer;
        if rlp.len() > 60_000 {
            break;
        }
    }
    for decoder in Decoder::ALL {
        for bytes in [
            deep("[", "]"),
            deep("{\"block\":", "}"),
            deep("[{\"storageChanges\":", "}]"),
            rlp.clone(),
        ] {
            assert_eq!(
                complaint(decoder, &bytes),
                Ok(Reading::Rejected),
                "{}",
                decoder.name()
            );
        }
    }
}

/// A length beyond the end of the input allocates no memory.
#[test]
fn wrong_lengths_take_no_memory() {
    for decoder in Decoder::ALL {
        for head in [
            vec![0xbf, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            vec![0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            vec![0xfb, 0xff, 0xff, 0xff, 0xff],
            vec![
                0xf9, 0xff, 0xff, 0xf9, 0xff, 0xfc, 0xbb, 0xff, 0xff, 0xff, 0xff,
            ],
        ] {
            assert_eq!(
                complaint(decoder, &head),
                Ok(Reading::Rejected),
                "{}",
                decoder.name()
            );
        }
    }
}
