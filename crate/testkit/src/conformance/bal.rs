//! Suite `bal`: block access lists (EIP-7928), in the format of blockchain tests.
//!
//! A first verdict is independent of gas costs: JSON, RLP, hash in the header, order and size of the list. A second one is
//! on its content, which only an execution can verify, under the rules of the fixture.

use super::{
    CaseOutcome, Setup, Verdict,
    alloc::Alloc,
    exception::in_words,
    fixture,
    forks::Config,
    rules::{self, PreState, Rules},
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

/// Case: a chain of blocks with their lists.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    network: String,
    #[serde(default)]
    config: Config,
    genesis_block_header: Genesis,
    pre: Alloc,
    blocks: Vec<ListedBlock>,
}

#[derive(Deserialize)]
struct Genesis {
    hash: B256,
}

/// Block with its list. An invalid block has the list outside of its decoded content.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedBlock {
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

/// Decoded block: the block, its list, and the names of its expected exceptions.
type DecodedBlock<'a> = (Block, BlockAccessList, Option<&'a str>);

/// Reason why a list is rejected before an execution.
enum Rejection {
    /// The hash differs from that in the header.
    Hash,
    /// The list breaks a rule.
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
    /// Decodes every block with its list.
    fn blocks(&self) -> Result<Vec<DecodedBlock<'_>>, String> {
        let schedule = self.config.schedule(&self.network)?;
        let blocks = self.blocks.iter().map(|listed| {
            let block = Block::from_rlp(&listed.rlp, self.config.chain_id(), schedule.clone());
            let block = block.map_err(|error| in_words(&error))?;
            Ok((block, listed.list()?, listed.expect_exception.as_deref()))
        });
        blocks.collect()
    }

    /// Checks the lists without an execution.
    fn check_lists(&self) -> Result<(), String> {
        for (block, list, exception) in self.blocks()? {
            let at = |difference| format!("block {}: {difference}", block.header.number);
            check_encodings(&list).map_err(at)?;
            match (rejection(&list, &block), exception) {
                (None, _) => {}
                (Some(rejection), None) => return Err(at(rejection.in_words())),
                (Some(rejection), Some(names)) => {
                    if !names.split('|').any(|name| rejection.is(name)) {
                        let words = rejection.in_words();
                        return Err(at(format!("expected {names}, found: {words}")));
                    }
                }
            }
        }
        Ok(())
    }

    /// Checks the content of the lists.
    fn execute(&self, name: &str, setup: &Setup<'_>) -> CaseOutcome {
        let mut pre_state = PreState {
            accounts: self.pre.clone(),
            hashes: vec![self.genesis_block_header.hash],
        };
        let blocks = match self.blocks() {
            Ok(blocks) => blocks,
            Err(reason) => return CaseOutcome::Failed(reason),
        };
        for (block, list, exception) in blocks {
            let at = |difference| {
                CaseOutcome::Failed(format!("block {}: {difference}", block.header.number))
            };
            let plain = match pre_state.run(&block, setup) {
                Ok(Rules::Same(plain)) => plain,
                Ok(Rules::Other(difference)) => return rules::other(name, &difference),
                Err(difference) => return at(difference),
            };
            if let Err(difference) = check_content(&block, &list, exception, &pre_state, setup) {
                return at(difference);
            }
            pre_state.apply(&block, &plain);
        }
        CaseOutcome::Passed
    }
}

impl ListedBlock {
    fn list(&self) -> Result<BlockAccessList, String> {
        let decoded = self.decoded.as_ref();
        let in_content = decoded.map(|decoded| &decoded.block_access_list);
        let text = self.block_access_list.as_ref().or(in_content);
        let text = text.ok_or("there is no list")?;
        BlockAccessList::from_json(text.get().as_bytes()).map_err(|error| in_words(&error))
    }
}

/// Checks that the list round-trips through JSON and RLP, and that RLP of another length is rejected.
fn check_encodings(list: &BlockAccessList) -> Result<(), String> {
    let json = list.to_json().map_err(|error| in_words(&error))?;
    let again = BlockAccessList::from_json(json.as_bytes());
    let again = again.map_err(|error| in_words(&error))?;
    if again != *list {
        return Err(format!("JSON: encoded {list:?}, decoded {again:?}"));
    }
    let mut rlp = list.to_rlp();
    let again = BlockAccessList::from_rlp(&rlp).map_err(|error| in_words(&error))?;
    if again != *list {
        return Err(format!("RLP: encoded {list:?}, decoded {again:?}"));
    }
    rlp.push(0);
    let less = rlp.len() - 2;
    for (wrong, what) in [(&rlp[..], "more"), (&rlp[..less], "less")] {
        if BlockAccessList::from_rlp(wrong).is_ok() {
            return Err(format!("RLP: a byte {what} was accepted"));
        }
    }
    Ok(())
}

/// Returns the reason why the list is rejected before an execution, if it is.
fn rejection(list: &BlockAccessList, block: &Block) -> Option<Rejection> {
    if block.declared.block_access_list_hash != Some(list.hash()) {
        return Some(Rejection::Hash);
    }
    let checked = list.check(block.transactions.len(), block.header.gas_limit);
    checked.err().map(Rejection::Rule)
}

impl Rejection {
    /// Returns true if `name` is the fixtures' name of this reason.
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
            Self::Hash => "hash: differs from that in the header".to_owned(),
            Self::Rule(rule) => in_words(rule),
        }
    }
}

/// Compares the list with those of all executors, and executes the block by it.
fn check_content(
    block: &Block,
    list: &BlockAccessList,
    exception: Option<&str>,
    pre_state: &PreState,
    setup: &Setup<'_>,
) -> Result<(), String> {
    let state = pre_state.state();
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
    match (exception, rejection(list, block)) {
        (None, _) if mismatch.is_some() => return Err(found),
        // The list is valid for the block: only its hash or its size is wrong.
        (Some(_), Some(Rejection::Hash)) if mismatch.is_none() => {}
        (Some(_), Some(Rejection::Rule(_))) if is_malformed => return Ok(()),
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
            Some(found) if found == *list => Ok(()),
            found => Err(format!("list: expected {list:?}, found {found:?}")),
        }
    })
}
