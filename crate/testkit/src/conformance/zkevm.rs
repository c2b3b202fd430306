//! Suite `zkevm`: execution witnesses, in the format of blockchain tests.
//!
//! A first verdict is independent of gas costs: headers, nodes, state root before the block, codes, and the detection of an
//! incomplete witness. A second one is whether an execution finds all it needs, under the rules of the fixture.

use super::{
    CaseOutcome, Setup, Verdict,
    alloc::{Alloc, same},
    exception::in_words,
    fixture,
    forks::Config,
    rules::{self, PreState, Rules, equals},
};
use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_rlp::Decodable;
use parevm::{
    Block, ExecuteError, ExecuteOptions, StateSource,
    state::{ProvenState, state_root},
};
use serde::Deserialize;

/// Case: a chain of blocks with their witnesses.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    network: String,
    #[serde(default)]
    config: Config,
    genesis_block_header: Genesis,
    pre: Alloc,
    blocks: Vec<Witnessed>,
}

#[derive(Deserialize)]
struct Genesis {
    hash: B256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Witnessed {
    rlp: Bytes,
    execution_witness: Parts,
    /// Root of the request, completeness of the witness, and the chain, in SSZ.
    stateless_output_bytes: Bytes,
}

#[derive(Deserialize)]
struct Parts {
    state: Vec<Bytes>,
    codes: Vec<Bytes>,
    headers: Vec<Bytes>,
}

/// Runs the cases of one file.
pub(super) fn run(file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
    let format = "blockchain_test";
    fixture::run_parts::<Case>(
        file,
        text,
        format,
        setup,
        report,
        &[
            ("", &|_, case| case.check_witnesses(setup).into()),
            (" (execution)", &|name, case| case.execute(name, setup)),
        ],
    );
}

impl Case {
    fn block(&self, witnessed: &Witnessed) -> Result<Block, String> {
        let schedule = self.config.schedule(&self.network)?;
        let block = Block::from_rlp(&witnessed.rlp, self.config.chain_id(), schedule);
        block.map_err(|error| in_words(&error))
    }

    /// Checks the proofs of complete witnesses, and that incomplete ones are detected.
    fn check_witnesses(&self, setup: &Setup<'_>) -> Result<(), String> {
        for (index, witnessed) in self.blocks.iter().enumerate() {
            let block = self.block(witnessed)?;
            let at = |difference| format!("block {}: {difference}", block.header.number);
            // The whole state is known only before the first block.
            let pre = (index == 0).then_some(&self.pre);
            match (witnessed.is_complete(), witnessed.state(&block)) {
                (true, state) => check_proofs(&state.map_err(at)?, witnessed, pre).map_err(at)?,
                (false, Err(_)) => {}
                (false, Ok(state)) => check_incomplete(&state, &block, setup).map_err(at)?,
            }
        }
        Ok(())
    }

    /// Executes the blocks on their witnesses.
    fn execute(&self, name: &str, setup: &Setup<'_>) -> CaseOutcome {
        let mut pre_state = PreState {
            accounts: self.pre.clone(),
            hashes: vec![self.genesis_block_header.hash],
        };
        for witnessed in &self.blocks {
            let block = match self.block(witnessed) {
                Ok(block) => block,
                Err(reason) => return CaseOutcome::Failed(reason),
            };
            // `check_witnesses` covers incomplete witnesses.
            if !witnessed.is_complete() {
                break;
            }
            let at = |difference| {
                CaseOutcome::Failed(format!("block {}: {difference}", block.header.number))
            };
            let plain = match pre_state.run(&block, setup) {
                Ok(Rules::Same(plain)) => plain,
                Ok(Rules::Other(difference)) => return rules::other(name, &difference),
                Err(difference) => return at(difference),
            };
            let state = match witnessed.state(&block) {
                Ok(state) => state,
                Err(reason) => return at(reason),
            };
            if let Err(difference) = equals(&plain, &block, &state, setup) {
                return at(format!("on the witness: {difference}"));
            }
            let root = state_root(state.witness(), &plain.state_diff);
            if root != block.declared.state_root {
                return at(format!("the state root from the witness is {root:?}"));
            }
            pre_state.apply(&block, &plain);
        }
        CaseOutcome::Passed
    }
}

impl Witnessed {
    /// Returns true if the witness suffices to validate the block.
    fn is_complete(&self) -> bool {
        self.stateless_output_bytes.get(32) == Some(&1)
    }

    /// Returns the state that the witness proves.
    fn state(&self, block: &Block) -> Result<ProvenState, String> {
        let Parts {
            state,
            codes,
            headers,
        } = &self.execution_witness;
        check_order(headers)?;
        let parent = block.header.parent_hash.unwrap_or_default();
        let state = ProvenState::new(parent, state.clone(), codes.clone(), headers.clone());
        state.map_err(|error| in_words(&error))
    }
}

/// Checks that headers are in ascending order, as in this suite. The engine accepts any order: nodes use both.
fn check_order(headers: &[Bytes]) -> Result<(), String> {
    let mut above: Option<B256> = None;
    for encoded in headers {
        let header = Header::decode(&mut encoded.as_ref());
        let header = header.map_err(|error| format!("header: {error}"))?;
        if above.is_some_and(|hash| hash != header.parent_hash) {
            return Err(format!("header {} is out of order", header.number));
        }
        above = Some(keccak256(encoded));
    }
    Ok(())
}

/// Computes the state root from the nodes, checks that none is superfluous, and compares the proven accounts with `pre`,
/// if it is known.
fn check_proofs(
    state: &ProvenState,
    witnessed: &Witnessed,
    pre: Option<&Alloc>,
) -> Result<(), String> {
    let computed = state.recompute_root();
    let declared = state.witness().state_root_before().unwrap_or_default();
    same("state root before", &declared, &computed.root)?;
    let nodes = witnessed.execution_witness.state.len();
    same("nodes of the state", &nodes, &computed.nodes)?;
    let Some(pre) = pre else { return Ok(()) };
    let mut codes = Vec::new();
    for (address, expected) in pre {
        codes.push(expected.code.as_ref().map_or(KECCAK256_EMPTY, keccak256));
        let Ok(account) = state.account(*address) else {
            continue;
        };
        let at = |what: &str| format!("account {address}: {what}");
        let found = account.unwrap_or_default();
        same(&at("balance"), &expected.balance, &found.balance)?;
        let nonce = expected.nonce.unwrap_or_default();
        same(&at("nonce"), &nonce, &found.nonce)?;
        let code = codes.last().copied().unwrap_or_default();
        same(&at("code hash"), &code, &found.code_hash)?;
        for (slot, expected) in expected.storage_slots() {
            let slot = U256::from_be_bytes(slot.0);
            if let Ok(found) = state.storage(*address, slot) {
                same(&at(&format!("slot {slot:#x}")), &expected, &found)?;
            }
        }
    }
    // One fixture has a code on purpose that no account has.
    let known = |code: &&Bytes| codes.contains(&keccak256(code));
    let superfluous = witnessed.execution_witness.codes.iter();
    let superfluous = superfluous.filter(|code| !known(code)).count();
    if superfluous > 1 {
        return Err(format!("{superfluous} codes belong to no account"));
    }
    Ok(())
}

/// Executes a block on an incomplete witness: the execution or the computation of the state root after it must fail.
fn check_incomplete(state: &ProvenState, block: &Block, setup: &Setup<'_>) -> Result<(), String> {
    setup.with_each_executor(|executor| {
        let options = ExecuteOptions {
            executor,
            ..Default::default()
        };
        match setup.engine.execute(block, state, &options) {
            Err(ExecuteError::StateUnavailable { .. }) => Ok(()),
            Err(error) => Err(in_words(&error)),
            Ok(outcome) => match state_root(state.witness(), &outcome.state_diff) {
                None => Ok(()),
                Some(_) => Err("expected an incomplete witness, found a complete one".to_owned()),
            },
        }
    })
}
