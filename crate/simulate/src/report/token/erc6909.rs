//! ERC-6909: contracts with many fungible tokens, and allowances. `balanceOf` is that of [`erc1155`](super::erc1155).

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
use alloy_sol_types::SolCall;

/// Events and functions.
pub(super) mod interface {
    alloy_sol_types::sol! {
        event Transfer(address caller, address indexed sender, address indexed receiver, uint256 indexed id, uint256 amount);
        event Approval(address indexed owner, address indexed spender, uint256 indexed id, uint256 amount);
        event OperatorSet(address indexed owner, address indexed spender, bool approved);

        function allowance(address owner, address spender, uint256 id) returns (uint256);
        function isOperator(address owner, address spender) returns (bool);
        function transferFrom(address from, address to, uint256 id, uint256 value);
    }
}

/// Returns the readings of `Transfer`.
pub(super) fn transfer(log: &Log) -> Readings {
    let kinds = [
        ParameterKind::Account,
        ParameterKind::Account,
        ParameterKind::Account,
        ParameterKind::Number,
        ParameterKind::Number,
    ];
    let token = log.address;
    let layouts = log_layout::layouts(log, kinds, 0b0_1110).into_iter();
    let readings = layouts.map(|[_, from, to, token_id, amount]| {
        vec![TokenEvent::Transferred {
            asset: Asset::Erc6909 { token, token_id },
            from: account(from),
            to: account(to),
            amount,
        }]
    });
    readings.collect()
}

/// Returns the readings of `Approval`.
pub(super) fn approval(log: &Log) -> Readings {
    let kinds = [
        ParameterKind::Account,
        ParameterKind::Account,
        ParameterKind::Number,
        ParameterKind::Number,
    ];
    let layouts = log_layout::layouts(log, kinds, 0b0111).into_iter();
    let readings = layouts.map(|[owner, spender, token_id, amount]| {
        vec![TokenEvent::Approved {
            approval: Approval::Erc6909 {
                token: log.address,
                token_id,
                owner: account(owner),
                spender: account(spender),
            },
            grant: Grant::Amount(amount),
        }]
    });
    readings.collect()
}

/// Queries the allowance of a spender; `None` if the contract does not return one.
pub(super) fn allowance(
    reader: &mut ContractReader<'_, '_>,
    token: Address,
    id: U256,
    owner: Address,
    spender: Address,
) -> Result<Option<Grant>, ReportError> {
    let query = interface::allowanceCall { owner, spender, id };
    let allowance = reader.query(token, &query)?;
    Ok(allowance.or_without_code(U256::ZERO).map(Grant::Amount))
}

/// Queries whether a spender may transfer all tokens of an owner.
pub(super) fn is_operator(
    reader: &mut ContractReader<'_, '_>,
    token: Address,
    owner: Address,
    spender: Address,
) -> Result<Response<bool>, ReportError> {
    reader.query(token, &interface::isOperatorCall { owner, spender })
}

/// Returns the approval that a call by `caller` of `token` spends from, if it does.
pub(super) fn approval_of_call(token: Address, caller: Address, data: &[u8]) -> Option<Approval> {
    let call = interface::transferFromCall::abi_decode(data).ok()?;
    Some(Approval::Erc6909 {
        token,
        token_id: call.id,
        owner: call.from,
        spender: caller,
    })
}
