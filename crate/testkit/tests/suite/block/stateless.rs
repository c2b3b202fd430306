//! Blocks that run on a witness alone.

use alloy_primitives::{B256, Bytes, hex};
use parevm::{
    Engine, ExecuteError, ExecuteOptions, Executor,
    fixture::Fixture,
    state::{ProvenState, SourceError, WitnessError, state_root},
};
use parevm_testkit::{compare::difference, fixture};
use serde_json::Value;
use std::path::Path;

/// A block with the parts of its witness.
struct Witnessed {
    fixture: Fixture,
    nodes: Vec<Bytes>,
    codes: Vec<Bytes>,
    headers: Vec<Bytes>,
}

impl Witnessed {
    /// `None` where the fixture has no witness.
    fn load(engine: &Engine, path: &Path) -> Option<Self> {
        let text = fixture::read(path).unwrap();
        let json: Value = serde_json::from_slice(&text).unwrap();
        let witness = json.get("witness")?;
        let part = |name: &str| -> Vec<Bytes> {
            let items = witness[name].as_array().unwrap().iter();
            let decode = |item: &Value| hex::decode(item.as_str().unwrap()).unwrap().into();
            items.map(decode).collect()
        };
        Some(Self {
            fixture: engine.read_fixture(&text).unwrap(),
            nodes: part("state"),
            codes: part("codes"),
            headers: part("headers"),
        })
    }

    /// The smallest one, which the repository has.
    fn embedded(engine: &Engine) -> Self {
        let path = fixture::embedded_folder().join("21429063.json.gz");
        Self::load(engine, &path).unwrap()
    }

    fn parent(&self) -> B256 {
        self.fixture.block.header.parent_hash.unwrap()
    }

    fn state(&self) -> Result<ProvenState, WitnessError> {
        ProvenState::new(
            self.parent(),
            self.nodes.clone(),
            self.codes.clone(),
            self.headers.clone(),
        )
    }

    /// Why the block cannot be run on the witness.
    fn error(&self, engine: &Engine) -> SourceError {
        let state = self.state().unwrap();
        let options = ExecuteOptions::default();
        match engine.execute(&self.fixture.block, &state, &options) {
            Err(ExecuteError::StateUnavailable { source, .. }) => source,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_witness_is_all_that_a_block_needs() {
    let engine = Engine::new(2).unwrap();
    let mut count = 0;
    for path in fixture::list(&fixture::blocks_folder()).unwrap() {
        let Some(witnessed) = Witnessed::load(&engine, &path) else {
            continue;
        };
        let name = fixture::name(&path);
        let state = witnessed.state().unwrap();
        let recomputed = state.recompute_root();
        let declared = state.witness().state_root_before();
        assert_eq!(Some(recomputed.root), declared, "{name}");
        // Some witnesses have nodes of the state after the block, too.
        assert!(recomputed.nodes <= witnessed.nodes.len(), "{name}");
        let block = &witnessed.fixture.block;
        let options = ExecuteOptions::default();
        let expected = engine.execute(block, &witnessed.fixture.state, &options);
        let expected = expected.unwrap();
        for executor in [Executor::Sequential, Executor::Optimistic] {
            let options = ExecuteOptions {
                executor,
                ..Default::default()
            };
            let outcome = engine.execute(block, &state, &options).unwrap();
            assert_eq!(difference(&outcome, &expected), None, "{name} {executor}");
            if let Some(root) = state_root(state.witness(), &outcome.state_diff) {
                assert_eq!(Some(root), block.declared.state_root, "{name}");
            }
        }
        count += 1;
    }
    assert!(count > 0, "no block has a witness");
}

#[test]
fn what_is_not_proven_is_an_error() {
    let engine = Engine::new(1).unwrap();
    let mut witnessed = Witnessed::embedded(&engine);
    let nodes = std::mem::take(&mut witnessed.nodes);
    let found = witnessed.error(&engine);
    assert!(
        matches!(found, SourceError::AccountUnproven { .. }),
        "{found}"
    );
    // All nodes but one: each is needed, for an account, for a slot, or for the root after.
    let (mut accounts, mut slots) = (0, 0);
    for left_out in (0..nodes.len()).step_by(7) {
        witnessed.nodes = nodes.clone();
        witnessed.nodes.remove(left_out);
        let state = witnessed.state().unwrap();
        let options = ExecuteOptions::default();
        match engine.execute(&witnessed.fixture.block, &state, &options) {
            Err(ExecuteError::StateUnavailable { source, .. }) => match source {
                SourceError::AccountUnproven { .. } => accounts += 1,
                SourceError::SlotUnproven { .. } => slots += 1,
                other => panic!("{other:?}"),
            },
            Ok(outcome) => {
                let root = state_root(state.witness(), &outcome.state_diff);
                assert_eq!(root, None, "node {left_out} is not needed");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(
        accounts > 0 && slots > 0,
        "{accounts} accounts, {slots} slots"
    );
    witnessed.nodes = nodes;
    witnessed.codes.clear();
    let found = witnessed.error(&engine);
    assert!(matches!(found, SourceError::CodeUnknown { .. }), "{found}");
}

#[test]
fn headers_are_the_parent_and_its_ancestors() {
    let engine = Engine::new(1).unwrap();
    let witnessed = Witnessed::embedded(&engine);
    let [header]: [Bytes; 1] = witnessed.headers.clone().try_into().unwrap();
    let parent_hash = witnessed.parent();
    let error = |headers: Vec<Bytes>| {
        ProvenState::new(parent_hash, Vec::new(), Vec::new(), headers).map(|_| ())
    };
    assert_eq!(error(vec![header.clone()]), Ok(()));
    assert_eq!(
        error(Vec::new()),
        Err(WitnessError::ParentAbsent { parent_hash })
    );
    let mut longer = header.to_vec();
    longer.push(0);
    for wrong in [
        longer.into(),
        header.slice(..header.len() - 1),
        Bytes::new(),
    ] {
        assert!(
            matches!(
                error(vec![header.clone(), wrong]),
                Err(WitnessError::Header { index: 1, .. })
            ),
            "a header that is none"
        );
    }
    // A header of some other chain.
    let mut other = header.to_vec();
    let last = other.len() - 1;
    other[last] ^= 1;
    assert_eq!(
        error(vec![other.into(), header]),
        Err(WitnessError::Detached { count: 1 })
    );
}
