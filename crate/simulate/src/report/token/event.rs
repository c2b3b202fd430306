//! Token event of a log, and the readings of an ambiguous log.

use super::{Approval, Asset, Grant};
use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::SolEvent;

/// Token event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) enum TokenEvent {
    /// `amount` of `asset` went from one account to another; one of them is zero for a mint or a burn.
    Transferred {
        asset: Asset,
        from: Address,
        to: Address,
        amount: U256,
    },
    /// Ether was exchanged for the same amount of the token, as WETH does. Contracts that are not tokens log the
    /// same.
    Wrapped {
        token: Address,
        account: Address,
        amount: U256,
        is_deposit: bool,
    },
    /// An approval was granted or revoked.
    Approved { approval: Approval, grant: Grant },
}

/// Readings of a log, of which at most one is true, that of its standard first. A reading may be several events.
pub(in crate::report) type Readings = Vec<Vec<TokenEvent>>;

/// Returns the reading with the most `support`; of equals the first.
pub(in crate::report) fn best_reading(
    readings: &Readings,
    support: impl Fn(&TokenEvent) -> u64,
) -> &[TokenEvent] {
    let mut best: (&[TokenEvent], u64) = (&[], 0);
    for (index, reading) in readings.iter().enumerate() {
        let support = reading.iter().map(&support).sum();
        if index == 0 || support > best.1 {
            best = (reading, support);
        }
    }
    best.0
}

/// Returns the readings of two standards with one layout. The ERC-721 reading is first if everything is indexed.
pub(super) fn fungible_or_not(log: &Log, fungible: TokenEvent, single: TokenEvent) -> Readings {
    let is_all_indexed = log.topics().len() == 4;
    match is_all_indexed {
        true => vec![vec![single], vec![fungible]],
        false => vec![vec![fungible], vec![single]],
    }
}

/// Returns the one reading of a log that has the form of its standard.
pub(super) fn standard_reading<E: SolEvent>(
    log: &Log,
    read: impl FnOnce(E) -> TokenEvent,
) -> Readings {
    let event = E::decode_log_data(&log.data).ok();
    event.map(|event| vec![read(event)]).into_iter().collect()
}
