//! Token standards: their events, their state, and the approvals that their functions change.
//!
//! One standard, one file: what it logs, how its state is queried, which of its functions spend. This file
//! dispatches by event, asset, approval and selector.

mod approval;
mod asset;
mod erc1155;
mod erc20;
mod erc2309;
mod erc6909;
mod erc721;
mod event;
mod log_layout;
mod metadata;
mod permit2;
mod weth;
mod word;

pub use approval::{Approval, Grant};
pub use asset::Asset;
pub(super) use event::{Readings, TokenEvent, best_reading};
pub use metadata::Token;
pub(super) use word::{account, is_account};

use super::{
    ReportError,
    reader::{ContractReader, Response},
};
use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::{SolCall, SolEvent};

/// Returns the readings of `log`; none if it is no token event.
///
/// Standards share event signatures, and tokens index other parameters than their standard, so the form of a log
/// does not determine its meaning. The contract's state before and after the call does.
pub(super) fn readings(log: &Log) -> Readings {
    let Some(signature) = log.topics().first() else {
        return Vec::new();
    };
    match *signature {
        erc20::interface::Transfer::SIGNATURE_HASH => erc20::transfer(log),
        erc20::interface::Approval::SIGNATURE_HASH => erc20::approval(log),
        erc721::interface::ApprovalForAll::SIGNATURE_HASH
        | erc6909::interface::OperatorSet::SIGNATURE_HASH => erc721::approval_for_all(log),
        erc2309::interface::ConsecutiveTransfer::SIGNATURE_HASH => {
            erc2309::consecutive_transfer(log)
        }
        erc1155::interface::TransferSingle::SIGNATURE_HASH => erc1155::transfer_single(log),
        erc1155::interface::TransferBatch::SIGNATURE_HASH => erc1155::transfer_batch(log),
        erc6909::interface::Transfer::SIGNATURE_HASH => erc6909::transfer(log),
        erc6909::interface::Approval::SIGNATURE_HASH => erc6909::approval(log),
        weth::interface::Deposit::SIGNATURE_HASH => weth::wrapped(log, true),
        weth::interface::Withdrawal::SIGNATURE_HASH => weth::wrapped(log, false),
        permit2::interface::Approval::SIGNATURE_HASH => permit2::approval(log),
        permit2::interface::Permit::SIGNATURE_HASH => permit2::permit(log),
        permit2::interface::Lockdown::SIGNATURE_HASH => permit2::lockdown(log),
        _ => Vec::new(),
    }
}

/// Queries how much of `asset` the account has; `None` if the token does not return it.
pub(super) fn balance(
    reader: &mut ContractReader<'_, '_>,
    account: Address,
    asset: Asset,
) -> Result<Option<U256>, ReportError> {
    let balance = match asset {
        Asset::Native => return reader.native_balance(account).map(Some),
        Asset::Erc721 { token, token_id } => {
            let is_owner = owner(reader, token, token_id)? == Some(account);
            return Ok(Some(U256::from(is_owner)));
        }
        Asset::Erc20 { token } => erc20::balance(reader, token, account)?,
        Asset::Erc1155 { token, token_id } | Asset::Erc6909 { token, token_id } => {
            erc1155::balance(reader, token, token_id, account)?
        }
    };
    Ok(balance.or_without_code(U256::ZERO))
}

/// Queries the owner of an ERC-721 token; `None` if the token does not exist.
pub(super) fn owner(
    reader: &mut ContractReader<'_, '_>,
    token: Address,
    token_id: U256,
) -> Result<Option<Address>, ReportError> {
    erc721::owner(reader, token, token_id)
}

/// Queries the grant of `approval`; `None` if the contract does not return it.
pub(super) fn grant(
    reader: &mut ContractReader<'_, '_>,
    approval: Approval,
) -> Result<Option<Grant>, ReportError> {
    match approval {
        Approval::Erc20 {
            token,
            owner,
            spender,
        } => erc20::allowance(reader, token, owner, spender),
        Approval::Erc721 { token, token_id } => erc721::approved_account(reader, token, token_id),
        Approval::ForAll {
            token,
            owner,
            operator,
        } => {
            let mut all = erc721::is_approved_for_all(reader, token, owner, operator)?;
            if let Response::Failed = all {
                all = erc6909::is_operator(reader, token, owner, operator)?;
            }
            Ok(all.or_without_code(false).map(Grant::All))
        }
        Approval::Erc6909 {
            token,
            token_id,
            owner,
            spender,
        } => erc6909::allowance(reader, token, token_id, owner, spender),
        Approval::Permit2 {
            contract,
            token,
            owner,
            spender,
        } => permit2::allowance(reader, contract, token, owner, spender),
    }
}

/// Returns the approvals that a call by `caller` of `contract` may change, each with whether it spends from it.
pub(super) fn approvals_of_call(
    contract: Address,
    caller: Address,
    data: &[u8],
) -> Vec<(Approval, bool)> {
    let mut approvals = erc20::approvals_of_call(contract, caller, data);
    if data.starts_with(&erc6909::interface::transferFromCall::SELECTOR) {
        let spent = erc6909::approval_of_call(contract, caller, data);
        approvals.extend(spent.map(|approval| (approval, true)));
    }
    let spent = permit2::approvals_of_call(contract, caller, data).into_iter();
    approvals.extend(spent.map(|approval| (approval, true)));
    approvals
}
