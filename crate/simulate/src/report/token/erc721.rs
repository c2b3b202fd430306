//! ERC-721: tokens with one owner each. `Transfer` and `Approval` are those of [`erc20`](super::erc20).

use super::{
    Approval, Asset, Grant,
    event::{Readings, TokenEvent},
    log_layout::{self, ParameterKind},
    word::account,
};
use crate::report::{
    ReportError,
    reader::{ContractReader, Response},
};
use alloy_primitives::{Address, Log, U256};

/// Events and functions.
pub(super) mod interface {
    alloy_sol_types::sol! {
        // ERC-1155 has the same one.
        event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

        function ownerOf(uint256 tokenId) returns (address);
        function getApproved(uint256 tokenId) returns (address);
        function isApprovedForAll(address owner, address operator) returns (bool);
    }
}

/// Returns the event of a transferred token.
pub(super) fn transferred(
    token: Address,
    token_id: U256,
    from: Address,
    to: Address,
) -> TokenEvent {
    TokenEvent::Transferred {
        asset: Asset::Erc721 { token, token_id },
        from,
        to,
        amount: U256::ONE,
    }
}

/// Returns the event of an approved token.
pub(super) fn approved(token: Address, token_id: U256, spender: Address) -> TokenEvent {
    TokenEvent::Approved {
        approval: Approval::Erc721 { token, token_id },
        grant: Grant::Account(spender),
    }
}

/// Returns the readings of `ApprovalForAll`, or of another event with its parameters.
pub(super) fn approval_for_all(log: &Log) -> Readings {
    let kinds = [
        ParameterKind::Account,
        ParameterKind::Account,
        ParameterKind::Flag,
    ];
    let layouts = log_layout::layouts(log, kinds, 0b011).into_iter();
    let readings = layouts.map(|[owner, operator, all]| {
        vec![TokenEvent::Approved {
            approval: Approval::ForAll {
                token: log.address,
                owner: account(owner),
                operator: account(operator),
            },
            grant: Grant::All(!all.is_zero()),
        }]
    });
    readings.collect()
}

/// Queries the owner of a token; `None` if the token does not exist.
pub(super) fn owner(
    reader: &mut ContractReader<'_, '_>,
    token: Address,
    token_id: U256,
) -> Result<Option<Address>, ReportError> {
    let query = interface::ownerOfCall { tokenId: token_id };
    let owner = reader.query(token, &query)?.value();
    Ok(owner.filter(|owner| !owner.is_zero()))
}

/// Queries the account that may transfer a token; `None` if the contract does not return one.
pub(super) fn approved_account(
    reader: &mut ContractReader<'_, '_>,
    token: Address,
    token_id: U256,
) -> Result<Option<Grant>, ReportError> {
    let query = interface::getApprovedCall { tokenId: token_id };
    Ok(reader.query(token, &query)?.value().map(Grant::Account))
}

/// Queries whether an operator may transfer all tokens of an owner.
pub(super) fn is_approved_for_all(
    reader: &mut ContractReader<'_, '_>,
    token: Address,
    owner: Address,
    operator: Address,
) -> Result<Response<bool>, ReportError> {
    reader.query(token, &interface::isApprovedForAllCall { owner, operator })
}
