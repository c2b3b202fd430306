//! Number and time of each block.

use super::{BlockCalls, MAX_SIMULATE_BLOCKS, SimulateError};
use alloy_consensus::Header;
use alloy_primitives::U256;

/// Seconds from a block to the next.
const SLOT: u64 = 12;

/// Where a block stands, and what is asked of it.
#[derive(Debug)]
pub(super) struct Place<'p> {
    pub(super) number: u64,
    /// Seconds since the Unix epoch.
    pub(super) timestamp: u64,
    pub(super) asked: &'p BlockCalls,
}

/// Where the blocks after `base` stand: those in `asked`, with `between` in the gaps.
pub(super) fn places<'p>(
    base: &Header,
    asked: &'p [BlockCalls],
    between: &'p BlockCalls,
) -> Result<Vec<Place<'p>>, SimulateError> {
    let mut places = Vec::new();
    let (mut number, mut timestamp) = (base.number, base.timestamp);
    for asked in asked {
        let facts = &asked.block_overrides.facts;
        let parent = U256::from(number);
        let wanted = facts.number.unwrap_or(parent + U256::from(1));
        if wanted <= parent {
            return Err(SimulateError::NumberOrder {
                number: wanted,
                parent: number,
            });
        }
        if wanted - U256::from(base.number) > U256::from(MAX_SIMULATE_BLOCKS) {
            return Err(SimulateError::TooManyBlocks);
        }
        let last = u64::try_from(wanted).map_err(|_| SimulateError::TooManyBlocks)?;
        for number in number + 1..last {
            timestamp = after(timestamp)?;
            places.push(Place {
                number,
                timestamp,
                asked: between,
            });
        }
        number = last;
        timestamp = match facts.time {
            None => after(timestamp)?,
            Some(time) if time > timestamp => time,
            Some(time) => {
                return Err(SimulateError::TimeOrder {
                    time,
                    parent: timestamp,
                });
            }
        };
        places.push(Place {
            number,
            timestamp,
            asked,
        });
    }
    Ok(places)
}

fn after(parent: u64) -> Result<u64, SimulateError> {
    let next = parent.checked_add(SLOT);
    next.ok_or(SimulateError::TimeOrder {
        time: parent,
        parent,
    })
}
