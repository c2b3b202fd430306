//! ERC-20: fungible tokens, and the functions that are common among them.

use super::{
    Approval, Asset, Grant, erc721,
    event::{Readings, TokenEvent, fungible_or_not},
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
        event Transfer(address indexed from, address indexed to, uint256 value);
        event Approval(address indexed owner, address indexed spender, uint256 value);

        function balanceOf(address owner) returns (uint256);
        function allowance(address owner, address spender) returns (uint256);

        function transferFrom(address from, address to, uint256 value);
        function transferFromAndCall(address from, address to, uint256 value);
        function transferFromAndCall(address from, address to, uint256 value, bytes data);
        function burnFrom(address account, uint256 value);
        function burn(address account, uint256 value);
        function move(address from, address to, uint256 value);
        function pull(address from, uint256 value);
        function redeem(uint256 shares, address receiver, address owner);
        function withdraw(uint256 assets, address receiver, address owner);
        function approve(address spender, uint256 value);
        function approveAndCall(address spender, uint256 value, bytes data);
        function increaseAllowance(address spender, uint256 value);
        function decreaseAllowance(address spender, uint256 value);
        function increaseApproval(address spender, uint256 value);
        function decreaseApproval(address spender, uint256 value);
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s);
    }
}

use interface as abi;

/// Functions by which the caller spends the allowance of an owner, the parameter at this position.
const SPENDING: [([u8; 4], usize); 9] = [
    (abi::transferFromCall::SELECTOR, 0),
    (abi::transferFromAndCall_0Call::SELECTOR, 0),
    (abi::transferFromAndCall_1Call::SELECTOR, 0),
    (abi::burnFromCall::SELECTOR, 0),
    (abi::burnCall::SELECTOR, 0),
    (abi::moveCall::SELECTOR, 0),
    (abi::pullCall::SELECTOR, 0),
    (abi::redeemCall::SELECTOR, 2),
    (abi::withdrawCall::SELECTOR, 2),
];

/// Functions by which the caller changes the allowance of a spender, the first parameter.
const GRANTING: [[u8; 4]; 6] = [
    abi::approveCall::SELECTOR,
    abi::approveAndCallCall::SELECTOR,
    abi::increaseAllowanceCall::SELECTOR,
    abi::decreaseAllowanceCall::SELECTOR,
    abi::increaseApprovalCall::SELECTOR,
    abi::decreaseApprovalCall::SELECTOR,
];

const KINDS: [ParameterKind; 3] = [
    ParameterKind::Account,
    ParameterKind::Account,
    ParameterKind::Number,
];

/// Returns the readings of `Transfer`, which ERC-721 has too.
pub(super) fn transfer(log: &Log) -> Readings {
    let token = log.address;
    let layouts = log_layout::layouts(log, KINDS, 0b011).into_iter();
    let readings = layouts.flat_map(|[from, to, value]| {
        let (from, to) = (account(from), account(to));
        let fungible = TokenEvent::Transferred {
            asset: Asset::Erc20 { token },
            from,
            to,
            amount: value,
        };
        fungible_or_not(log, fungible, erc721::transferred(token, value, from, to))
    });
    readings.collect()
}

/// Returns the readings of `Approval`, which ERC-721 has too.
pub(super) fn approval(log: &Log) -> Readings {
    let token = log.address;
    let layouts = log_layout::layouts(log, KINDS, 0b011).into_iter();
    let readings = layouts.flat_map(|[owner, spender, value]| {
        let (owner, spender) = (account(owner), account(spender));
        let fungible = TokenEvent::Approved {
            approval: Approval::Erc20 {
                token,
                owner,
                spender,
            },
            grant: Grant::Amount(value),
        };
        fungible_or_not(log, fungible, erc721::approved(token, value, spender))
    });
    readings.collect()
}

/// Queries the balance of an account.
pub(super) fn balance(
    reader: &mut ContractReader<'_, '_>,
    token: Address,
    owner: Address,
) -> Result<Response<U256>, ReportError> {
    reader.query(token, &abi::balanceOfCall { owner })
}

/// Queries the allowance of a spender; `None` if the contract does not return one.
pub(super) fn allowance(
    reader: &mut ContractReader<'_, '_>,
    token: Address,
    owner: Address,
    spender: Address,
) -> Result<Option<Grant>, ReportError> {
    let allowance = reader.query(token, &abi::allowanceCall { owner, spender })?;
    Ok(allowance.or_without_code(U256::ZERO).map(Grant::Amount))
}

/// Returns the approvals that a call by `caller` of `token` may change, each with whether it spends from it. Most
/// tokens do not log that an allowance is spent.
pub(super) fn approvals_of_call(
    token: Address,
    caller: Address,
    data: &[u8],
) -> Vec<(Approval, bool)> {
    let Some((&selector, parameters)) = data.split_first_chunk::<4>() else {
        return Vec::new();
    };
    let parameter = |position: usize| {
        let word = parameters.get(32 * position..)?.first_chunk::<32>()?;
        Some(Address::from_word(word.into()))
    };
    let units = |owner, spender| Approval::Erc20 {
        token,
        owner,
        spender,
    };
    let spending = SPENDING.iter().find(|(known, _)| *known == selector);
    let approval = if let Some((_, position)) = spending {
        parameter(*position).map(|owner| (units(owner, caller), true))
    } else if GRANTING.contains(&selector) {
        parameter(0).map(|spender| (units(caller, spender), false))
    } else if selector == abi::permitCall::SELECTOR {
        let accounts = parameter(0).zip(parameter(1));
        accounts.map(|(owner, spender)| (units(owner, spender), false))
    } else {
        None
    };
    approval.into_iter().collect()
}
