//! Decoders of untrusted bytes. An accepted value must round-trip through its encoding.

use crate::signed;
use alloy_primitives::{Address, Bytes, U256, keccak256};
use alloy_rlp::Decodable;
use parevm::{
    Block, BlockAccessList, Engine, ExecuteOptions, Executor,
    block::{AlloyBlock, ForkSchedule},
    execute::AccessListOutput,
    fixture::Fixture,
    state::{Account, AccountChange, StateDiff, Witness, state_root},
    vm::SpecId,
};
use serde_json::Value;

/// Decoder of untrusted bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decoder {
    /// [`Block::from_rlp`].
    BlockRlp,
    /// [`Block::from_rpc`].
    BlockJson,
    /// [`Fixture::from_json`], and the state root if there is a witness.
    FixtureJson,
    /// [`BlockAccessList::from_rlp`].
    ListRlp,
    /// [`BlockAccessList::from_json`].
    ListJson,
    /// Trie nodes of a [`Witness`], and state roots over them.
    Witness,
}

/// Result of decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The bytes were decoded, and the value round-trips.
    Accepted,
    /// The decoder returned an error.
    Rejected,
}

impl Decoder {
    /// All decoders.
    pub const ALL: [Self; 6] = [
        Self::BlockRlp,
        Self::BlockJson,
        Self::FixtureJson,
        Self::ListRlp,
        Self::ListJson,
        Self::Witness,
    ];

    /// Returns the name, which is that of its folder of inputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BlockRlp => "block_rlp",
            Self::BlockJson => "block_json",
            Self::FixtureJson => "fixture_json",
            Self::ListRlp => "list_rlp",
            Self::ListJson => "list_json",
            Self::Witness => "witness",
        }
    }

    /// Decodes `bytes`. The caller catches panics.
    ///
    /// # Errors
    ///
    /// The encoding that does not round-trip, in words.
    pub fn read(self, bytes: &[u8]) -> Result<Reading, String> {
        let is_accepted = match self {
            Self::BlockRlp => block_rlp(bytes)?,
            Self::BlockJson => Block::from_rpc(bytes, 1, mainnet()).is_ok(),
            Self::FixtureJson => fixture(bytes),
            Self::ListRlp => list_rlp(bytes)?,
            Self::ListJson => list_json(bytes)?,
            Self::Witness => witness(bytes),
        };
        Ok(if is_accepted {
            Reading::Accepted
        } else {
            Reading::Rejected
        })
    }

    /// Returns well-formed inputs, from the texts of fixtures and from generated blocks.
    #[must_use]
    pub fn samples(self, fixtures: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let documents = || {
            fixtures
                .iter()
                .filter_map(|text| serde_json::from_slice::<Value>(text).ok())
        };
        let mut samples = Vec::new();
        match self {
            Self::BlockRlp => {
                for seed in 0..28 {
                    let case = super::generate(seed);
                    samples
                        .extend(signed::block(&case.block).map(|block| alloy_rlp::encode(&block)));
                }
            }
            Self::BlockJson => {
                for mut document in documents() {
                    let block = document["block"].take();
                    if !block.is_null() {
                        samples.push(block.to_string().into_bytes());
                        samples.push(shortened(block).to_string().into_bytes());
                    }
                }
            }
            Self::FixtureJson => {
                let is_short = |text: &&Vec<u8>| text.len() < 200_000;
                samples.extend(fixtures.iter().filter(is_short).cloned());
            }
            Self::ListRlp => samples.extend(lists().iter().map(BlockAccessList::to_rlp)),
            Self::ListJson => {
                let json = |list: &BlockAccessList| list.to_json().ok().map(String::into_bytes);
                samples.extend(lists().iter().filter_map(json));
            }
            Self::Witness => samples.extend(documents().flat_map(|document| subtrees(&document))),
        }
        samples.retain(|sample| sample.len() < 1 << 20);
        samples
    }
}

fn mainnet() -> ForkSchedule {
    ForkSchedule::of_chain(1).unwrap_or_else(|| ForkSchedule::always(SpecId::OSAKA))
}

fn block_rlp(bytes: &[u8]) -> Result<bool, String> {
    let read = Block::from_rlp(bytes, 1, mainnet()).is_ok();
    // Roots and signatures may be wrong in a valid encoding.
    let Ok(block) = AlloyBlock::decode(&mut { bytes }) else {
        return if read {
            Err("accepted, but not by alloy".into())
        } else {
            Ok(false)
        };
    };
    let again = alloy_rlp::encode(&block);
    if bytes.starts_with(&again) {
        return Ok(read);
    }
    // Some values have more than one encoding; ours must be a fixed point.
    let second = AlloyBlock::decode(&mut again.as_slice()).map(alloy_rlp::encode);
    if second.as_ref() == Ok(&again) {
        Ok(read)
    } else {
        Err("the block does not round-trip through RLP".into())
    }
}

fn fixture(bytes: &[u8]) -> bool {
    let Ok(fixture) = Fixture::from_json(bytes) else {
        return false;
    };
    if let Some(witness) = &fixture.witness {
        let _root = state_root(witness, &StateDiff::default());
    }
    true
}

fn list_rlp(bytes: &[u8]) -> Result<bool, String> {
    let Ok(list) = BlockAccessList::from_rlp(bytes) else {
        return Ok(false);
    };
    let _rules = list.check(40, 30_000_000);
    if BlockAccessList::from_rlp(&list.to_rlp()).ok().as_ref() != Some(&list) {
        return Err("the list does not round-trip through RLP".into());
    }
    if list.to_rlp() != bytes {
        return Err("the RLP of the list differs from the input".into());
    }
    round_trips_through_json(&list)?;
    Ok(true)
}

fn list_json(bytes: &[u8]) -> Result<bool, String> {
    let Ok(list) = BlockAccessList::from_json(bytes) else {
        return Ok(false);
    };
    let _rules = list.check(40, 30_000_000);
    if BlockAccessList::from_rlp(&list.to_rlp()).ok().as_ref() != Some(&list) {
        return Err("the list does not round-trip through RLP".into());
    }
    round_trips_through_json(&list)?;
    Ok(true)
}

fn round_trips_through_json(list: &BlockAccessList) -> Result<(), String> {
    let json = list.to_json().map_err(|error| error.to_string())?;
    let again = BlockAccessList::from_json(json.as_bytes()).map_err(|error| error.to_string())?;
    if again == *list {
        Ok(())
    } else {
        Err("the list does not round-trip through JSON".into())
    }
}

/// Decodes a list of nodes in RLP, the root first. Instead of the hash of another node, a node holds that node's
/// position, repeated 32 times: so a mutated node is still found.
fn witness(bytes: &[u8]) -> bool {
    let Ok(mut nodes) = Vec::<Bytes>::decode(&mut { bytes }) else {
        return false;
    };
    nodes.truncate(64);
    for at in (0..nodes.len()).rev() {
        let mut node = nodes[at].to_vec();
        for (later, below) in nodes.iter().enumerate().skip(at + 1) {
            let place = [u8::try_from(later).unwrap_or(0); 32];
            replace(&mut node, &place, keccak256(below).as_slice());
        }
        nodes[at] = node.into();
    }
    let root = nodes.first().map(keccak256);
    let witness = Witness::new(nodes, root);
    let mut all = StateDiff::default();
    let mut known = 0;
    for number in 0..24_u8 {
        let account = Account {
            nonce: 1,
            ..Account::default()
        };
        let is_deleted = number % 3 == 2;
        let change = AccountChange {
            account: (!is_deleted).then_some(account),
            storage_reset: number % 3 != 0,
            slots: (0..u64::from(number % 3))
                .map(|slot| (U256::from(slot), U256::from(slot)))
                .collect(),
        };
        let address = Address::with_last_byte(number);
        let mut one = StateDiff::default();
        one.accounts.insert(address, change.clone());
        all.accounts.insert(address, change);
        known += usize::from(state_root(&witness, &one).is_some());
    }
    known += usize::from(state_root(&witness, &all).is_some());
    known > 0
}

fn replace(text: &mut [u8], from: &[u8], to: &[u8]) {
    let mut at = 0;
    while let Some(place) = text.get_mut(at..at + from.len()) {
        if place == from {
            place.copy_from_slice(to);
            at += from.len();
        } else {
            at += 1;
        }
    }
}

/// Returns subtrees of a witness, as [`witness`] reads them.
fn subtrees(document: &Value) -> Vec<Vec<u8>> {
    let Some(state) = document["witness"]["state"].as_array() else {
        return Vec::new();
    };
    let nodes: Vec<Bytes> = state
        .iter()
        .filter_map(|node| node.as_str()?.parse().ok())
        .collect();
    let subtree = |first: &Bytes| {
        let mut nodes_below = vec![first.clone()];
        let mut at = 0;
        while at < nodes_below.len() && nodes_below.len() < 24 {
            let holds = |hash: &[u8]| nodes_below[at].windows(32).any(|window| window == hash);
            let below: Vec<_> = nodes
                .iter()
                .filter(|node| holds(keccak256(node).as_slice()))
                .take(4)
                .cloned()
                .collect();
            nodes_below.extend(below);
            at += 1;
        }
        for later in 1..nodes_below.len() {
            let place = [u8::try_from(later).unwrap_or(0); 32];
            let hash = keccak256(&nodes_below[later]);
            for earlier in &mut nodes_below[..later] {
                let mut node = earlier.to_vec();
                replace(&mut node, hash.as_slice(), &place);
                *earlier = node.into();
            }
        }
        alloy_rlp::encode(&nodes_below)
    };
    nodes
        .iter()
        .step_by(nodes.len() / 12 + 1)
        .map(subtree)
        .collect()
}

/// Returns the block with few transactions, without the hashes that would reveal it.
fn shortened(mut block: Value) -> Value {
    if let Some(transactions) = block["transactions"].as_array_mut() {
        transactions.truncate(6);
    }
    if let Some(fields) = block.as_object_mut() {
        for field in ["hash", "transactionsRoot", "withdrawalsRoot"] {
            fields.remove(field);
        }
    }
    block
}

/// Returns the access lists of generated blocks.
fn lists() -> Vec<BlockAccessList> {
    let Ok(engine) = Engine::new(1) else {
        return Vec::new();
    };
    let options = ExecuteOptions {
        executor: Executor::Sequential,
        access_list_output: AccessListOutput::Returned,
        ..Default::default()
    };
    let cases = (0..28).map(super::generate);
    cases
        .filter_map(|case| {
            let outcome = engine.execute(&case.block, &*case.state, &options).ok()?;
            outcome.block_access_list
        })
        .collect()
}
