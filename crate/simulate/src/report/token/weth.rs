//! WETH: ether wrapped into an ERC-20 token.

use super::{
    event::{Readings, TokenEvent},
    log_layout::{self, ParameterKind},
    word::account,
};
use alloy_primitives::Log;

/// Events.
pub(super) mod interface {
    alloy_sol_types::sol! {
        event Deposit(address indexed dst, uint256 wad);
        event Withdrawal(address indexed src, uint256 wad);
    }
}

/// Returns the readings of `Deposit`, or of `Withdrawal` if not `is_deposit`.
pub(super) fn wrapped(log: &Log, is_deposit: bool) -> Readings {
    let kinds = [ParameterKind::Account, ParameterKind::Number];
    let layouts = log_layout::layouts(log, kinds, 0b01).into_iter();
    let readings = layouts.map(|[holder, amount]| {
        vec![TokenEvent::Wrapped {
            token: log.address,
            account: account(holder),
            amount,
            is_deposit,
        }]
    });
    readings.collect()
}
