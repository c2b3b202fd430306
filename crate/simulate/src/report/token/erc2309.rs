//! ERC-2309: consecutive transfers of ERC-721 tokens in one event.

use super::{
    erc721,
    event::Readings,
    log_layout::{self, ParameterKind},
    word::account,
};
use alloy_primitives::{Log, U256};

/// Event.
pub(super) mod interface {
    alloy_sol_types::sol! {
        event ConsecutiveTransfer(uint256 indexed fromTokenId, uint256 toTokenId, address indexed fromAddress, address indexed toAddress);
    }
}

/// Most tokens of one event: the batch size that the standard recommends. A larger event has no reading.
const MOST_TOKENS: u64 = 5_000;

/// Returns the reading of `ConsecutiveTransfer`: one transfer per token.
pub(super) fn consecutive_transfer(log: &Log) -> Readings {
    let kinds = [
        ParameterKind::Number,
        ParameterKind::Number,
        ParameterKind::Account,
        ParameterKind::Account,
    ];
    let layouts = log_layout::layouts(log, kinds, 0b1101);
    let range = layouts.first().and_then(|[first, last, from, to]| {
        let more = u64::try_from(last.checked_sub(*first)?).ok()?;
        (more < MOST_TOKENS).then_some((*first, more, account(*from), account(*to)))
    });
    let Some((first, more, from, to)) = range else {
        return Vec::new();
    };
    let token = |offset| erc721::transferred(log.address, first + U256::from(offset), from, to);
    vec![(0..=more).map(token).collect()]
}
