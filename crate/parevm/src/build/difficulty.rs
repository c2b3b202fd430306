//! Difficulty of a proof-of-work block.

use crate::{block::ForkSchedule, vm::SpecId};
use alloy_consensus::Header;
use alloy_primitives::U256;

/// Minimum difficulty of a block.
const MIN_DIFFICULTY: U256 = U256::from_limbs([131_072, 0, 0, 0]);
/// Divisor of the parent's difficulty that gives one step.
const BOUND_DIVISOR: U256 = U256::from_limbs([2_048, 0, 0, 0]);
/// Maximum number of steps down.
const MAX_STEPS_DOWN: u64 = 99;
/// Number of blocks in which the difficulty bomb doubles.
const BOMB_PERIOD: u64 = 100_000;

/// Returns the difficulty of the child of `parent` with timestamp `timestamp` (seconds).
///
/// Rules of Frontier, Homestead (EIP-2) and Byzantium (EIP-100), with the bomb delays of the schedule.
#[must_use]
pub fn next_difficulty(schedule: &ForkSchedule, parent: &Header, timestamp: u64) -> U256 {
    let number = parent.number.saturating_add(1);
    let spec = schedule.spec(number, timestamp);
    let elapsed = timestamp.saturating_sub(parent.timestamp);
    let step = parent.difficulty / BOUND_DIVISOR;
    // Steps up less steps down.
    let (up, down) = if spec.is_enabled_in(SpecId::BYZANTIUM) {
        let ommers = if parent.ommers_hash_is_empty() { 1 } else { 2 };
        (ommers, elapsed / 9)
    } else if spec.is_enabled_in(SpecId::HOMESTEAD) {
        (1, elapsed / 10)
    } else if elapsed < 13 {
        (1, 0)
    } else {
        (0, 1)
    };
    let adjusted = if up >= down {
        parent
            .difficulty
            .saturating_add(step * U256::from(up - down))
    } else {
        let steps = (down - up).min(MAX_STEPS_DOWN);
        parent.difficulty.saturating_sub(step * U256::from(steps))
    };
    let delay = schedule.bomb_delay(number, timestamp);
    adjusted
        .max(MIN_DIFFICULTY)
        .saturating_add(bomb(number.saturating_sub(delay)))
}

/// Returns the difficulty that the bomb adds at a height from which its delay is subtracted.
fn bomb(number: u64) -> U256 {
    match number / BOMB_PERIOD {
        0 | 1 => U256::ZERO,
        periods => U256::from(1).saturating_shl(usize::try_from(periods - 2).unwrap_or(usize::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_consensus::EMPTY_OMMER_ROOT_HASH;
    use alloy_primitives::B256;

    /// Parent (number, difficulty, has ommers), seconds to its child, and the child's difficulty.
    type Case = (u64, u64, bool, u64, u64);

    #[test]
    fn the_difficulty_depends_on_the_parent() {
        let cases: [Case; 6] = [
            // Frontier: one step up within 13 seconds, else one step down.
            (1_000, 22_000_000_000, false, 12, 22_010_742_187),
            (1_000, 22_000_000_000, false, 13, 21_989_257_813),
            // Homestead: three steps down after 45 seconds. The bomb adds 2^10.
            (1_200_000, 22_000_000_000, false, 45, 21_967_774_463),
            // Byzantium: two steps up with ommers. The bomb is 3,000,000 blocks late and adds 2^12.
            (
                4_400_000,
                2_000_000_000_000_000,
                true,
                8,
                2_001_953_125_004_096,
            ),
            // London: one step down. The bomb is 9,700,000 blocks late and adds 2^31.
            (
                12_999_999,
                7_000_000_000_000_000,
                false,
                20,
                6_996_584_178_733_648,
            ),
            // The minimum.
            (1_000, 131_072, false, 1_000, 131_072),
        ];
        let schedule =
            ForkSchedule::of_chain(1).unwrap_or_else(|| ForkSchedule::always(SpecId::FRONTIER));
        for (number, difficulty, has_ommers, seconds, expected) in cases {
            let ommers_hash = match has_ommers {
                true => B256::ZERO,
                false => EMPTY_OMMER_ROOT_HASH,
            };
            let parent = Header {
                number,
                timestamp: 1_500_000_000,
                difficulty: U256::from(difficulty),
                ommers_hash,
                ..Default::default()
            };
            let found = next_difficulty(&schedule, &parent, parent.timestamp + seconds);
            assert_eq!(found, U256::from(expected), "child of {number}");
        }
    }
}
