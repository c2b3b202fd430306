//! What the protocol itself does at the edges of a block: one EIP, one file.
//!
//! Every executor calls [`pre_execution_changes`] and [`post_execution_changes`], with a database that
//! holds the state of that moment. A contract that the state lacks is skipped, and
//! [`SystemResult::is_complete`] says so.

mod balance;
mod call;
mod dao;
mod dao_accounts;
pub mod eip2935;
pub mod eip4788;
pub mod eip6110;
pub mod eip7002;
pub mod eip7251;
mod rewards;
mod withdrawals;

pub use balance::increase;

use crate::{
    block::Block,
    execute::ExecuteError,
    state::SourceError,
    vm::{Environment, ProtocolChanges, SpecId},
};
use alloy_eips::eip7685::Requests;
use alloy_primitives::Log;
use revm::{Database, DatabaseCommit};

/// What the system calls returned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemResult {
    /// Requests to the consensus layer (EIP-7685); `None` before Prague and where a contract that
    /// makes requests is not in the state.
    pub requests: Option<Requests>,
    /// True when nothing was skipped: every system contract was in the state, every header field
    /// it is told was known, and so were every ommer and every withdrawal.
    pub is_complete: bool,
}

/// Whether a step of the protocol could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It was done, or the fork does not have it.
    Done,
    /// What it needs is not known; the state misses its effect.
    Skipped,
}

/// Does what comes before the first transaction: moves the DAO's balance, stores the parent's hash
/// (EIP-2935) and the beacon root (EIP-4788).
///
/// # Errors
///
/// When the state cannot be read or a contract's code fails fatally.
pub fn pre_execution_changes<DB>(
    database: &mut DB,
    block: &Block,
    environment: &Environment,
) -> Result<Step, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    if environment.protocol_changes == ProtocolChanges::Omitted {
        return Ok(Step::Done);
    }
    dao::apply(database, block)?;
    let spec = environment.spec();
    let mut steps = Vec::new();
    if spec.is_enabled_in(SpecId::CANCUN) {
        steps.push(eip4788::apply(database, block, environment)?);
    }
    if spec.is_enabled_in(SpecId::PRAGUE) {
        steps.push(eip2935::apply(database, block, environment)?);
    }
    Ok(all(&steps))
}

/// Does what comes after the last transaction: pays rewards and withdrawals, collects requests.
///
/// `logs` are those of each transaction, `before` is what [`pre_execution_changes`] returned.
///
/// # Errors
///
/// When the state cannot be read, a deposit log is malformed (EIP-6110), or a contract that makes
/// requests fails: the block is invalid then.
pub fn post_execution_changes<'r, DB>(
    database: &mut DB,
    block: &Block,
    environment: &Environment,
    logs: impl IntoIterator<Item = &'r [Log]>,
    before: Step,
) -> Result<SystemResult, ExecuteError>
where
    DB: Database<Error = SourceError> + DatabaseCommit,
{
    if environment.protocol_changes == ProtocolChanges::Omitted {
        return Ok(SystemResult {
            requests: None,
            is_complete: true,
        });
    }
    let mut steps = vec![
        before,
        rewards::pay(database, block, environment)?,
        withdrawals::pay(database, block)?,
    ];
    let mut requests = None;
    if environment.spec().is_enabled_in(SpecId::PRAGUE) {
        let contract = block.schedule.deposit_contract();
        let contract = contract.unwrap_or_else(|| eip6110::deposit_contract(block.chain_id));
        let deposits = eip6110::collect(contract, logs)?;
        let withdrawals = eip7002::collect(database, environment)?;
        let consolidations = eip7251::collect(database, environment)?;
        if let (Some(withdrawals), Some(consolidations)) = (withdrawals, consolidations) {
            let mut all = Requests::default();
            all.push_request_with_type(eip6110::REQUEST_TYPE, deposits);
            all.push_request_with_type(eip7002::REQUEST_TYPE, withdrawals);
            all.push_request_with_type(eip7251::REQUEST_TYPE, consolidations);
            requests = Some(all);
        } else {
            steps.push(Step::Skipped);
        }
    }
    Ok(SystemResult {
        requests,
        is_complete: all(&steps) == Step::Done,
    })
}

fn all(steps: &[Step]) -> Step {
    if steps.contains(&Step::Skipped) {
        Step::Skipped
    } else {
        Step::Done
    }
}
