//! Permit2: allowances with an expiration, for all ERC-20 tokens.

use super::{
    Approval, Grant,
    event::{Readings, TokenEvent, standard_reading},
};
use crate::report::{ReportError, reader::ContractReader};
use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::SolCall;

/// Events and functions.
pub(super) mod interface {
    alloy_sol_types::sol! {
        event Approval(address indexed owner, address indexed token, address indexed spender, uint160 amount, uint48 expiration);
        event Permit(address indexed owner, address indexed token, address indexed spender, uint160 amount, uint48 expiration, uint48 nonce);
        event Lockdown(address indexed owner, address token, address spender);

        function allowance(address owner, address token, address spender) returns (uint160 amount, uint48 expiration, uint48 nonce);

        function transferFrom(address from, address to, uint160 value, address token);
        struct Transfer { address from; address to; uint160 value; address token; }
        function transferFrom(Transfer[] transfers);
    }
}

/// Returns the reading of `Approval`.
pub(super) fn approval(log: &Log) -> Readings {
    standard_reading::<interface::Approval>(log, |event| {
        let grant = until(event.amount.to(), event.expiration.to());
        approved(log, event.owner, event.token, event.spender, grant)
    })
}

/// Returns the reading of `Permit`.
pub(super) fn permit(log: &Log) -> Readings {
    standard_reading::<interface::Permit>(log, |event| {
        let grant = until(event.amount.to(), event.expiration.to());
        approved(log, event.owner, event.token, event.spender, grant)
    })
}

/// Returns the reading of `Lockdown`.
pub(super) fn lockdown(log: &Log) -> Readings {
    standard_reading::<interface::Lockdown>(log, |event| {
        let grant = until(U256::ZERO, 0);
        approved(log, event.owner, event.token, event.spender, grant)
    })
}

fn until(amount: U256, expiration: u64) -> Grant {
    Grant::Until { amount, expiration }
}

fn approved(
    log: &Log,
    owner: Address,
    token: Address,
    spender: Address,
    grant: Grant,
) -> TokenEvent {
    TokenEvent::Approved {
        approval: Approval::Permit2 {
            contract: log.address,
            token,
            owner,
            spender,
        },
        grant,
    }
}

/// Queries the allowance of a spender; `None` if the contract does not return one.
pub(super) fn allowance(
    reader: &mut ContractReader<'_, '_>,
    contract: Address,
    token: Address,
    owner: Address,
    spender: Address,
) -> Result<Option<Grant>, ReportError> {
    let query = interface::allowanceCall {
        owner,
        token,
        spender,
    };
    let allowance = reader.query(contract, &query)?;
    let grant = allowance.map(|allowance| until(allowance.amount.to(), allowance.expiration.to()));
    Ok(grant.or_without_code(until(U256::ZERO, 0)))
}

/// Returns the approvals that a call by `caller` of `contract` spends from.
pub(super) fn approvals_of_call(contract: Address, caller: Address, data: &[u8]) -> Vec<Approval> {
    let through = |owner, token| Approval::Permit2 {
        contract,
        token,
        owner,
        spender: caller,
    };
    match data.first_chunk::<4>() {
        Some(&interface::transferFrom_0Call::SELECTOR) => {
            let call = interface::transferFrom_0Call::abi_decode(data);
            let approval = call.map(|call| through(call.from, call.token));
            approval.into_iter().collect()
        }
        Some(&interface::transferFrom_1Call::SELECTOR) => {
            let call = interface::transferFrom_1Call::abi_decode(data);
            let transfers = call.map(|call| call.transfers).unwrap_or_default();
            let transfers = transfers.into_iter();
            transfers
                .map(|transfer| through(transfer.from, transfer.token))
                .collect()
        }
        _ => Vec::new(),
    }
}
