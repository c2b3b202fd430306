//! Fork schedule of a chain: the rules at each block.

use super::forks::{blob_params_of, bomb_delay_of, spec_of};
use alloy_eips::{
    eip7594::MAX_BLOBS_PER_TX_FUSAKA,
    eip7840::{BLOB_BASE_COST, BlobParams},
};
use alloy_hardforks::{EthereumHardfork, ForkCondition};
use alloy_primitives::Address;
use revm::primitives::hardfork::SpecId;
use std::sync::Arc;

/// Activation of a fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activation {
    /// At this block height.
    Block(u64),
    /// At the first block with this timestamp or a later one, in seconds since the Unix epoch.
    Timestamp(u64),
}

impl Activation {
    /// Returns whether the fork is active at a block with this height and timestamp.
    #[must_use]
    pub const fn is_reached(self, number: u64, timestamp: u64) -> bool {
        match self {
            Self::Block(block) => number >= block,
            Self::Timestamp(time) => timestamp >= time,
        }
    }
}

/// Fork schedule of a chain: the rules at each block. Cheap to clone.
///
/// # Example
///
/// ```
/// use parevm::{block::ForkSchedule, vm::SpecId};
///
/// let mainnet = ForkSchedule::of_chain(1).ok_or("mainnet has a schedule")?;
/// assert_eq!(mainnet.spec(13_217_637, 1_631_500_000), SpecId::LONDON);
/// assert_eq!(mainnet.dao_block(), Some(1_920_000));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkSchedule(Arc<Forks>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Forks {
    /// Ordered by activation.
    specs: Vec<(Activation, SpecId)>,
    /// Ordered by activation.
    blobs: Vec<(Activation, BlobParams)>,
    dao_block: Option<u64>,
    /// Block heights in ascending order, each with the delay of the difficulty bomb from there on, in blocks.
    bomb_delays: Option<Vec<(u64, u64)>>,
    deposit_contract: Option<Address>,
}

impl ForkSchedule {
    /// Creates a schedule of forks and blob parameters, each ordered by activation.
    ///
    /// The rules before the first fork are Frontier's. While no blob parameters are active, those of the fork's own EIP
    /// apply.
    #[must_use]
    pub fn new(
        specs: Vec<(Activation, SpecId)>,
        blobs: Vec<(Activation, BlobParams)>,
        dao_block: Option<u64>,
    ) -> Self {
        Self(Arc::new(Forks {
            specs,
            blobs,
            dao_block,
            bomb_delays: None,
            deposit_contract: None,
        }))
    }

    /// Sets the delays of the difficulty bomb: block heights in ascending order, each with the delay from there on, in
    /// blocks. Default: those of the scheduled forks, without the glaciers.
    #[must_use]
    pub fn with_bomb_delays(self, delays: Vec<(u64, u64)>) -> Self {
        let mut forks = Arc::unwrap_or_clone(self.0);
        forks.bomb_delays = Some(delays);
        Self(Arc::new(forks))
    }

    /// Sets the deposit contract (EIP-6110). Default: the one of the chain id.
    #[must_use]
    pub fn with_deposit_contract(self, contract: Address) -> Self {
        let mut forks = Arc::unwrap_or_clone(self.0);
        forks.deposit_contract = Some(contract);
        Self(Arc::new(forks))
    }

    /// Creates a schedule with the rules of `spec` from the first block on.
    #[must_use]
    pub fn always(spec: SpecId) -> Self {
        Self::new(vec![(Activation::Block(0), spec)], Vec::new(), None)
    }

    /// Returns the schedule of mainnet (1), Sepolia (11155111), Holesky (17000) or Hoodi (560048), else `None`.
    #[must_use]
    pub fn of_chain(chain_id: u64) -> Option<Self> {
        let forks: &[(EthereumHardfork, ForkCondition)] = match chain_id {
            1 => &EthereumHardfork::mainnet(),
            11_155_111 => &EthereumHardfork::sepolia(),
            17_000 => &EthereumHardfork::holesky(),
            560_048 => &EthereumHardfork::hoodi(),
            _ => return None,
        };
        let mut specs = Vec::new();
        let mut blobs = Vec::new();
        let mut dao_block = None;
        let mut bomb_delays = Vec::new();
        for &(fork, condition) in forks {
            let activation = match condition {
                ForkCondition::Block(number) => Activation::Block(number),
                ForkCondition::TTD {
                    activation_block_number,
                    ..
                } => Activation::Block(activation_block_number),
                ForkCondition::Timestamp(time) => Activation::Timestamp(time),
                ForkCondition::Never => continue,
            };
            if let Some(spec) = spec_of(fork) {
                specs.push((activation, spec));
            }
            if let Some(params) = blob_params_of(fork) {
                blobs.push((activation, params));
            }
            if let (Some(delay), Activation::Block(number)) = (bomb_delay_of(fork), activation) {
                bomb_delays.push((number, delay));
            }
            // The test networks list the DAO fork at their genesis; they have none of its accounts.
            if let (EthereumHardfork::Dao, Activation::Block(number), 1) =
                (fork, activation, chain_id)
            {
                dao_block = Some(number);
            }
        }
        Some(Self::new(specs, blobs, dao_block).with_bomb_delays(bomb_delays))
    }

    /// Returns the rules at a block height and timestamp.
    #[must_use]
    pub fn spec(&self, number: u64, timestamp: u64) -> SpecId {
        last_reached(&self.0.specs, number, timestamp).unwrap_or(SpecId::FRONTIER)
    }

    /// Returns the blob parameters at a block height and timestamp; `None` before Cancun.
    #[must_use]
    pub fn blob_params(&self, number: u64, timestamp: u64) -> Option<BlobParams> {
        let spec = self.spec(number, timestamp);
        if !spec.is_enabled_in(SpecId::CANCUN) {
            return None;
        }
        let by_fork = if spec.is_enabled_in(SpecId::OSAKA) {
            BlobParams::osaka()
        } else if spec.is_enabled_in(SpecId::PRAGUE) {
            BlobParams::prague()
        } else {
            BlobParams::cancun()
        };
        Some(last_reached(&self.0.blobs, number, timestamp).unwrap_or(by_fork))
    }

    /// Returns the block height of the DAO fork (EIP-779), if the chain has it.
    #[must_use]
    pub fn dao_block(&self) -> Option<u64> {
        self.0.dao_block
    }

    /// Returns the deposit contract (EIP-6110), if the schedule sets one.
    #[must_use]
    pub fn deposit_contract(&self) -> Option<Address> {
        self.0.deposit_contract
    }

    /// Returns the delay of the difficulty bomb at a block height and timestamp, in blocks.
    #[must_use]
    pub fn bomb_delay(&self, number: u64, timestamp: u64) -> u64 {
        if let Some(delays) = &self.0.bomb_delays {
            let reached = delays.iter().rev().find(|(at, _)| number >= *at);
            return reached.map_or(0, |(_, delay)| *delay);
        }
        let spec = self.spec(number, timestamp);
        let since = [
            (SpecId::LONDON, EthereumHardfork::London),
            (SpecId::BERLIN, EthereumHardfork::MuirGlacier),
            (SpecId::PETERSBURG, EthereumHardfork::Constantinople),
            (SpecId::BYZANTIUM, EthereumHardfork::Byzantium),
        ];
        since
            .into_iter()
            .find(|(since, _)| spec.is_enabled_in(*since))
            .and_then(|(_, fork)| bomb_delay_of(fork))
            .unwrap_or_default()
    }
}

fn last_reached<T: Copy>(forks: &[(Activation, T)], number: u64, timestamp: u64) -> Option<T> {
    forks
        .iter()
        .rev()
        .find(|(at, _)| at.is_reached(number, timestamp))
        .map(|(_, value)| *value)
}

/// Returns the blob parameters under the rules of `spec` for a chain that sets only the target, the limit and the update
/// fraction of `given`: from Osaka on the protocol sets the blobs per transaction (EIP-7594) and the floor of the blob
/// base fee (EIP-7918).
#[must_use]
pub const fn blob_params_under(spec: SpecId, given: BlobParams) -> BlobParams {
    let (max_blobs_per_tx, blob_base_cost) = if spec.is_enabled_in(SpecId::OSAKA) {
        (MAX_BLOBS_PER_TX_FUSAKA, BLOB_BASE_COST)
    } else {
        (given.max_blob_count, 0)
    };
    given
        .with_max_blobs_per_tx(max_blobs_per_tx)
        .with_blob_base_cost(blob_base_cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mainnet() -> ForkSchedule {
        ForkSchedule::of_chain(1).unwrap_or_else(|| ForkSchedule::always(SpecId::FRONTIER))
    }

    #[test]
    fn every_mainnet_fork_is_active_from_its_block_on() {
        // Height and timestamp of the first block of each fork.
        let firsts = [
            (
                1_150_000,
                1_457_981_393,
                SpecId::FRONTIER,
                SpecId::HOMESTEAD,
            ),
            (
                2_463_000,
                1_476_796_771,
                SpecId::HOMESTEAD,
                SpecId::TANGERINE,
            ),
            (
                2_675_000,
                1_479_831_344,
                SpecId::TANGERINE,
                SpecId::SPURIOUS_DRAGON,
            ),
            (
                4_370_000,
                1_508_131_331,
                SpecId::SPURIOUS_DRAGON,
                SpecId::BYZANTIUM,
            ),
            (
                7_280_000,
                1_551_383_524,
                SpecId::BYZANTIUM,
                SpecId::PETERSBURG,
            ),
            (
                9_069_000,
                1_575_764_709,
                SpecId::PETERSBURG,
                SpecId::ISTANBUL,
            ),
            (12_244_000, 1_618_481_223, SpecId::ISTANBUL, SpecId::BERLIN),
            (12_965_000, 1_628_166_822, SpecId::BERLIN, SpecId::LONDON),
            (15_537_394, 1_663_224_179, SpecId::LONDON, SpecId::MERGE),
            (17_034_870, 1_681_338_455, SpecId::MERGE, SpecId::SHANGHAI),
            (19_426_587, 1_710_338_135, SpecId::SHANGHAI, SpecId::CANCUN),
            (22_431_084, 1_746_612_311, SpecId::CANCUN, SpecId::PRAGUE),
            (23_935_694, 1_764_798_551, SpecId::PRAGUE, SpecId::OSAKA),
        ];
        for (number, timestamp, before, from) in firsts {
            assert_eq!(
                mainnet().spec(number - 1, timestamp - 12),
                before,
                "before {number}"
            );
            assert_eq!(mainnet().spec(number, timestamp), from, "at {number}");
        }
    }

    #[test]
    fn blob_limits_rise_with_the_blob_parameter_forks() {
        let max = |timestamp| {
            mainnet()
                .blob_params(24_000_000, timestamp)
                .map(|params| params.max_blob_count)
        };
        assert_eq!(mainnet().blob_params(19_426_586, 1_710_338_123), None);
        assert_eq!(max(1_710_338_135), Some(6));
        assert_eq!(max(1_746_612_311), Some(9));
        assert_eq!(max(1_764_798_551), Some(9));
        assert_eq!(max(1_765_290_071), Some(15));
        assert_eq!(max(1_767_747_671), Some(21));
    }

    #[test]
    fn test_networks_have_schedules_and_others_have_none() {
        for chain in [11_155_111, 17_000, 560_048] {
            let schedule = ForkSchedule::of_chain(chain);
            assert_eq!(schedule.as_ref().and_then(ForkSchedule::dao_block), None);
            // Far ahead every known fork is active.
            let spec = schedule.map(|schedule| schedule.spec(u64::MAX, 1_767_000_000));
            assert_eq!(spec, Some(SpecId::OSAKA), "chain {chain}");
        }
        assert_eq!(ForkSchedule::of_chain(424_242), None);
    }
}
