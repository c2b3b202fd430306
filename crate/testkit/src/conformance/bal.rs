//! The suite `bal`: block access lists (EIP-7928), in the shape of blockchain tests.
//!
//! What a list is must be right whatever gas costs: its JSON, its RLP, its hash in the header, its
//! order and its size. What it says, only a run can tell: that is a verdict of its own, which needs the
//! rules that the fixture was filled under.

use super::{
    Outcome, Setup, Verdict,
    alloc::Alloc,
    exception::in_words,
    fixture,
    forks::Config,
    rules::{self, Before, Rules},
};
use alloy_eip7928::BlockAccessListValidationError as Disorder;
use alloy_primitives::{B256, Bytes};
use parevm::{
    Block, BlockAccessList, ExecuteOptions, Executor,
    bal::{BalMismatch, ListRule},
    execute::AccessListOutput,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A chain of blocks with their lists.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    network: String,
    #[serde(default)]
    config: Config,
    genesis_block_header: Genesis,
    pre: Alloc,
    blocks: Vec<BalState>,
}

#[derive(Deserialize)]
struct Genesis {
    hash: B256,
}

/// A block and its list. One that must be rejected has its list beside its content.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BalState {
    rlp: Bytes,
    block_access_list: Option<Box<RawValue>>,
    #[serde(rename = "rlp_decoded")]
    decoded: Option<Decoded>,
    expect_exception: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Decoded {
    block_access_list: Box<RawValue>,
}

/// What is given of a block: what it is, its list, and names of reasons to reject it.
type Given<'a> = (Block, BlockAccessList, Option<&'a str>);

/// Why a list is refused without a run.
enum Refusal {
    /// The header declares another hash.
    Hash,
    /// It breaks a rule.
    Rule(ListRule),
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
            ("", &|_, case| case.check_lists().into()),
            (" (execution)", &|name, case| case.execute(name, setup)),
        ],
    );
}

impl Case {
    /// Every block with its list.
    fn blocks(&self) -> Result<Vec<Given<'_>>, String> {
        let schedule = self.config.schedule(&self.network)?;
        let blocks = self.blocks.iter().map(|listed| {
            let block = Block::from_rlp(&listed.rlp, self.config.chain_id(), schedule.clone());
            let block = block.map_err(|error| in_words(&error))?;
            Ok((block, listed.list()?, listed.expect_exception.as_deref()))
        });
        blocks.collect()
    }

    /// Checks the lists by themselves.
    fn check_lists(&self) -> Result<(), String> {
        for (block, list, exception) in self.blocks()? {
            let at = |difference| format!("block {}: {difference}", block.header.number);
            check_encodings(&list).map_err(at)?;
            match (refusal(&list, &block), exception) {
                (None, _) => {}
                (Some(refusal), None) => return Err(at(refusal.in_words())),
                (Some(refusal), Some(names)) => {
                    if !names.split('|').any(|name| refusal.is(name)) {
                        let words = refusal.in_words();
                        return Err(at(format!("expected {names}, found: {words}")));
                    }
                }
            }
        }
        Ok(())
    }

    /// Checks what the lists say.
    fn execute(&self, name: &str, setup: &Setup<'_>) -> Outcome {
        let mut before = Before {
            accounts: self.pre.clone(),
            hashes: vec![self.genesis_block_header.hash],
        };
        let blocks = match self.blocks() {
            Ok(blocks) => blocks,
            Err(reason) => return Outcome::Failed(reason),
        };
        for (block, list, exception) in blocks {
            let at = |difference| {
                Outcome::Failed(format!("block {}: {difference}", block.header.number))
            };
            let plain = match before.run(&block, setup) {
                Ok(Rules::Same(plain)) => plain,
                Ok(Rules::Other(difference)) => return rules::other(name, &difference),
                Err(difference) => return at(difference),
            };
            if let Err(difference) = check_content(&block, &list, exception, &before, setup) {
                return at(difference);
            }
            before.add(&block, &plain);
        }
        Outcome::Passed
    }
}

impl BalState {
    fn list(&self) -> Result<BlockAccessList, String> {
        let decoded = self.decoded.as_ref();
        let beside = decoded.map(|decoded| &decoded.block_access_list);
        let text = self.block_access_list.as_ref().or(beside);
        let text = text.ok_or("there is no list")?;
        BlockAccessList::from_json(text.get().as_bytes()).map_err(|error| in_words(&error))
    }
}

/// Writes the list and reads it again, and reads what is none.
fn check_encodings(list: &BlockAccessList) -> Result<(), String> {
    let json = list.to_json().map_err(|error| in_words(&error))?;
    let again = BlockAccessList::from_json(json.as_bytes());
    let again = again.map_err(|error| in_words(&error))?;
    if again != *list {
        return Err(format!("JSON: wrote {list:?}, read {again:?}"));
    }
    let mut rlp = list.to_rlp();
    let again = BlockAccessList::from_rlp(&rlp).map_err(|error| in_words(&error))?;
    if again != *list {
        return Err(format!("RLP: wrote {list:?}, read {again:?}"));
    }
    rlp.push(0);
    let less = rlp.len() - 2;
    for (wrong, what) in [(&rlp[..], "more"), (&rlp[..less], "less")] {
        if BlockAccessList::from_rlp(wrong).is_ok() {
            return Err(format!("RLP: a byte {what} is not seen"));
        }
    }
    Ok(())
}

/// Why the list is refused without running the block, if it is.
fn refusal(list: &BlockAccessList, block: &Block) -> Option<Refusal> {
    if block.declared.block_access_list_hash != Some(list.hash()) {
        return Some(Refusal::Hash);
    }
    let checked = list.check(block.transactions.len(), block.header.gas_limit);
    checked.err().map(Refusal::Rule)
}

impl Refusal {
    /// True when it is the one that fixtures call so.
    fn is(&self, name: &str) -> bool {
        use Disorder::{AccountsOutOfOrder, DuplicateAccount};
        match name {
            "BlockException.INVALID_BAL_HASH" => matches!(self, Self::Hash),
            "BlockException.BLOCK_ACCESS_LIST_GAS_LIMIT_EXCEEDED" => {
                matches!(self, Self::Rule(ListRule::Size(_)))
            }
            "BlockException.INCORRECT_BLOCK_FORMAT" => matches!(
                self,
                Self::Rule(ListRule::Order(
                    AccountsOutOfOrder { .. } | DuplicateAccount { .. }
                ))
            ),
            "BlockException.INVALID_BLOCK_ACCESS_LIST" => {
                matches!(self, Self::Rule(ListRule::Order(_)))
            }
            _ => false,
        }
    }

    fn in_words(&self) -> String {
        match self {
            Self::Hash => "hash: the header declares another".to_owned(),
            Self::Rule(rule) => in_words(rule),
        }
    }
}

/// Compares the list with the one that a run makes, and runs the block by it.
fn check_content(
    block: &Block,
    list: &BlockAccessList,
    exception: Option<&str>,
    before: &Before,
    setup: &Setup<'_>,
) -> Result<(), String> {
    let state = before.state();
    let execute = |options: &ExecuteOptions<'_>| {
        let outcome = setup.engine.execute(block, &state, options);
        outcome.map_err(|error| in_words(&error))
    };
    let by_list = execute(&ExecuteOptions {
        executor: Executor::Bal,
        access_list: Some(list),
        ..Default::default()
    })?;
    let mismatch = by_list.report.bal_mismatch;
    let is_malformed = matches!(mismatch, Some(BalMismatch::Malformed(_)));
    let differs = matches!(mismatch, Some(BalMismatch::Differs { first: Some(_) }));
    let found = match &mismatch {
        Some(mismatch) => mismatch.to_string(),
        None => "the list was accepted".to_owned(),
    };
    match (exception, refusal(list, block)) {
        (None, _) if mismatch.is_some() => return Err(found),
        // The list is that of the block: only its hash or its size is wrong.
        (Some(_), Some(Refusal::Hash)) if mismatch.is_none() => {}
        (Some(_), Some(Refusal::Rule(_))) if is_malformed => return Ok(()),
        (Some(_), None) if differs => return Ok(()),
        (Some(names), _) => return Err(format!("expected {names}, found: {found}")),
        (None, _) => {}
    }
    setup.with_each_executor(|executor| {
        let outcome = execute(&ExecuteOptions {
            executor,
            access_list_output: AccessListOutput::Returned,
            ..Default::default()
        })?;
        match outcome.block_access_list {
            Some(made) if made == *list => Ok(()),
            made => Err(format!("list: expected {list:?}, found {made:?}")),
        }
    })
}
