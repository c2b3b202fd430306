//! Approvals that a call may change, by its data: most tokens log nothing when one is spent.

use super::Approval;
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};

sol! {
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

mod erc6909 {
    super::sol! {
        function transferFrom(address from, address to, uint256 id, uint256 value);
    }
}

mod permit2 {
    super::sol! {
        function transferFrom(address from, address to, uint160 value, address token);
        struct Transfer { address from; address to; uint160 value; address token; }
        function transferFrom(Transfer[] transfers);
    }
}

/// Functions by which the caller spends what an owner, the parameter at this place, allowed.
const SPENDING: [([u8; 4], usize); 9] = [
    (transferFromCall::SELECTOR, 0),
    (transferFromAndCall_0Call::SELECTOR, 0),
    (transferFromAndCall_1Call::SELECTOR, 0),
    (burnFromCall::SELECTOR, 0),
    (burnCall::SELECTOR, 0),
    (moveCall::SELECTOR, 0),
    (pullCall::SELECTOR, 0),
    (redeemCall::SELECTOR, 2),
    (withdrawCall::SELECTOR, 2),
];

/// Functions by which the caller changes what it allows the first parameter.
const GRANTING: [[u8; 4]; 6] = [
    approveCall::SELECTOR,
    approveAndCallCall::SELECTOR,
    increaseAllowanceCall::SELECTOR,
    decreaseAllowanceCall::SELECTOR,
    increaseApprovalCall::SELECTOR,
    decreaseApprovalCall::SELECTOR,
];

/// Returns the approvals that a call by `caller` of `contract` may change, each with whether it spends from it.
pub(super) fn touched_by(contract: Address, caller: Address, data: &[u8]) -> Vec<(Approval, bool)> {
    let Some((&selector, rest)) = data.split_first_chunk::<4>() else {
        return Vec::new();
    };
    let account = |place: usize| {
        let word = rest.get(32 * place..)?.first_chunk::<32>()?;
        Some(Address::from_word(word.into()))
    };
    let units = |owner, spender| Approval::Erc20 {
        token: contract,
        owner,
        spender,
    };
    let through = |owner, token| Approval::Permit2 {
        contract,
        token,
        owner,
        spender: caller,
    };
    let spending = SPENDING.iter().find(|(known, _)| *known == selector);
    if let Some((_, place)) = spending {
        let owner = account(*place);
        return owner
            .map(|owner| (units(owner, caller), true))
            .into_iter()
            .collect();
    }
    if GRANTING.contains(&selector) {
        let spender = account(0);
        return spender
            .map(|spender| (units(caller, spender), false))
            .into_iter()
            .collect();
    }
    match selector {
        permitCall::SELECTOR => {
            let both = account(0).zip(account(1));
            both.map(|(owner, spender)| (units(owner, spender), false))
                .into_iter()
                .collect()
        }
        erc6909::transferFromCall::SELECTOR => {
            let read = erc6909::transferFromCall::abi_decode(data);
            read.map(|call| {
                let approval = Approval::Erc6909 {
                    token: contract,
                    token_id: U256::from(call.id),
                    owner: call.from,
                    spender: caller,
                };
                (approval, true)
            })
            .into_iter()
            .collect()
        }
        permit2::transferFrom_0Call::SELECTOR => {
            let read = permit2::transferFrom_0Call::abi_decode(data);
            read.map(|call| (through(call.from, call.token), true))
                .into_iter()
                .collect()
        }
        permit2::transferFrom_1Call::SELECTOR => {
            let read = permit2::transferFrom_1Call::abi_decode(data);
            let list = read.map(|call| call.transfers).unwrap_or_default();
            list.into_iter()
                .map(|one| (through(one.from, one.token), true))
                .collect()
        }
        _ => Vec::new(),
    }
}
