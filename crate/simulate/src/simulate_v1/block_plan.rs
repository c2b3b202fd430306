//! Plan of the simulated blocks: number and time of each.

use super::{BlockCalls, MAX_SIMULATE_BLOCKS, SimulateError};
use alloy_consensus::Header;
use alloy_primitives::U256;

/// Seconds between two blocks.
const SLOT_SECONDS: u64 = 12;

/// Number, time and requested content of a simulated block.
#[derive(Debug)]
pub(super) struct BlockPlan<'p> {
    pub(super) number: u64,
    /// Seconds since the Unix epoch.
    pub(super) timestamp: u64,
    pub(super) requested: &'p BlockCalls,
}

/// Plans the blocks after `base`: those of `requested`, with `empty` blocks in the gaps between their numbers.
///
/// # Errors
///
/// [`SimulateError::NumberOrder`], [`SimulateError::TimeOrder`], [`SimulateError::TooManyBlocks`].
pub(super) fn plan_blocks<'p>(
    base: &Header,
    requested: &'p [BlockCalls],
    empty: &'p BlockCalls,
) -> Result<Vec<BlockPlan<'p>>, SimulateError> {
    let mut plans = Vec::new();
    let (mut number, mut timestamp) = (base.number, base.timestamp);
    for requested in requested {
        let overrides = &requested.block_overrides.header;
        let parent = U256::from(number);
        let wanted = overrides.number.unwrap_or(parent + U256::from(1));
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
            timestamp = next_slot(timestamp)?;
            plans.push(BlockPlan {
                number,
                timestamp,
                requested: empty,
            });
        }
        number = last;
        timestamp = match overrides.time {
            None => next_slot(timestamp)?,
            Some(time) if time > timestamp => time,
            Some(time) => {
                return Err(SimulateError::TimeOrder {
                    time,
                    parent: timestamp,
                });
            }
        };
        plans.push(BlockPlan {
            number,
            timestamp,
            requested,
        });
    }
    Ok(plans)
}

/// Returns the default time of the child of a block, in seconds.
fn next_slot(parent: u64) -> Result<u64, SimulateError> {
    let next = parent.checked_add(SLOT_SECONDS);
    next.ok_or(SimulateError::TimeOrder {
        time: parent,
        parent,
    })
}
