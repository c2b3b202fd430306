//! Changes of the protocol before the first and after the last transaction of a block: one EIP, one file.
//!
//! Every executor calls [`pre_execution_changes`] and [`post_execution_changes`], with a database of the
//! state at that point. A system contract that the state lacks is skipped;
//! [`SystemResult::is_complete`] is false then.

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

pub use crate::vm::ProtocolDatabase;

use crate::{
    block::Block,
    error::ExecuteError,
    vm::{Environment, ProtocolChanges, SpecId},
};
use alloy_eips::eip7685::Requests;
use alloy_primitives::Log;

/// Result of the protocol changes of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemResult {
    /// Requests to the consensus layer (EIP-7685); `None` before Prague and if the state lacks a request
    /// contract.
    pub requests: Option<Requests>,
    /// True if nothing was skipped: every system contract was in the state, and the header fields, ommers and
    /// withdrawals that are needed were known.
    pub is_complete: bool,
}

/// Status of a protocol change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeStatus {
    /// Applied, or not part of the fork.
    Applied,
    /// Skipped for lack of input: the state lacks its effect.
    Skipped,
}

/// Applies the changes before the first transaction: moves the balances of the DAO (EIP-779), stores the beacon
/// root (EIP-4788) and the parent's hash (EIP-2935).
///
/// # Errors
///
/// The state cannot be read, or revm fails.
pub fn pre_execution_changes(
    database: &mut dyn ProtocolDatabase,
    block: &Block,
    environment: &Environment,
) -> Result<ChangeStatus, ExecuteError> {
    if environment.protocol_changes == ProtocolChanges::Omitted {
        return Ok(ChangeStatus::Applied);
    }
    dao::apply(database, block)?;
    let spec = environment.spec();
    let mut statuses = Vec::new();
    if spec.is_enabled_in(SpecId::CANCUN) {
        statuses.push(eip4788::apply(database, block, environment)?);
    }
    if spec.is_enabled_in(SpecId::PRAGUE) {
        statuses.push(eip2935::apply(database, block, environment)?);
    }
    Ok(total(&statuses))
}

/// Applies the changes after the last transaction: pays rewards and withdrawals, collects requests.
///
/// `logs` are those of each transaction, `pre_execution` is the status of [`pre_execution_changes`].
///
/// # Errors
///
/// The state cannot be read. The block is invalid: a deposit log is malformed (EIP-6110), or a request
/// contract fails.
pub fn post_execution_changes<'r>(
    database: &mut dyn ProtocolDatabase,
    block: &Block,
    environment: &Environment,
    logs: impl IntoIterator<Item = &'r [Log]>,
    pre_execution: ChangeStatus,
) -> Result<SystemResult, ExecuteError> {
    if environment.protocol_changes == ProtocolChanges::Omitted {
        return Ok(SystemResult {
            requests: None,
            is_complete: true,
        });
    }
    let mut statuses = vec![
        pre_execution,
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
            statuses.push(ChangeStatus::Skipped);
        }
    }
    Ok(SystemResult {
        requests,
        is_complete: total(&statuses) == ChangeStatus::Applied,
    })
}

fn total(statuses: &[ChangeStatus]) -> ChangeStatus {
    if statuses.contains(&ChangeStatus::Skipped) {
        ChangeStatus::Skipped
    } else {
        ChangeStatus::Applied
    }
}
