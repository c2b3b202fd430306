//! Fork schedule of the `config` of a genesis file.

use super::{
    ForkSchedule, MOST_CHAIN_ID, OutOfRange,
    fork_schedule::{Activation, blob_params_under},
    forks::{bomb_delay_of, spec_of},
};
use alloy_eips::eip7840::BlobParams;
use alloy_genesis::ChainConfig;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{U256, uint};
use revm::primitives::hardfork::SpecId;

/// Maximum of blobs in a block: their gas, with the excess of earlier blocks, fits 63 bits by far.
const MOST_BLOBS: U256 = uint!(0xffff_ffff_U256);
/// Maximum of an update fraction: the EVM takes 64 bits.
const MOST_FRACTION: U256 = uint!(0xffff_ffff_ffff_ffff_U256);

/// Error in the `config` of a genesis file. The input is wrong; do not retry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A number is out of its range.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// The merge is set by total difficulty, without the block height at which it is reached.
    #[error("mergeNetsplitBlock is missing, terminalTotalDifficulty is not zero")]
    MergeBlockUnknown,
}

impl ForkSchedule {
    /// Reads the schedule from the `config` of a genesis file (go-ethereum's `params/config.go`).
    ///
    /// Constantinople gets the rules of Petersburg: revm has no EIP-1283.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], which names the field.
    pub fn from_config(config: &ChainConfig) -> Result<Self, ConfigError> {
        schedule(config)
    }
}

/// Returns the schedule of `config`.
fn schedule(config: &ChainConfig) -> Result<ForkSchedule, ConfigError> {
    check_ranges(config)?;
    let merge = match (
        config.merge_netsplit_block,
        config.terminal_total_difficulty,
    ) {
        (Some(number), _) => Some(number),
        (None, None) => None,
        (None, Some(U256::ZERO)) => Some(0),
        (None, Some(_)) if config.terminal_total_difficulty_passed => Some(0),
        // Never reached.
        (None, Some(U256::MAX)) => None,
        (None, Some(_)) => return Err(ConfigError::MergeBlockUnknown),
    };
    let by_block = [
        (config.homestead_block, EthereumHardfork::Homestead),
        (config.eip150_block, EthereumHardfork::Tangerine),
        (config.eip158_block, EthereumHardfork::SpuriousDragon),
        (config.byzantium_block, EthereumHardfork::Byzantium),
        (
            config.constantinople_block,
            EthereumHardfork::Constantinople,
        ),
        (config.petersburg_block, EthereumHardfork::Petersburg),
        (config.istanbul_block, EthereumHardfork::Istanbul),
        (config.muir_glacier_block, EthereumHardfork::MuirGlacier),
        (config.berlin_block, EthereumHardfork::Berlin),
        (config.london_block, EthereumHardfork::London),
        (config.arrow_glacier_block, EthereumHardfork::ArrowGlacier),
        (config.gray_glacier_block, EthereumHardfork::GrayGlacier),
        (merge, EthereumHardfork::Paris),
    ];
    let by_time = [
        (config.shanghai_time, EthereumHardfork::Shanghai),
        (config.cancun_time, EthereumHardfork::Cancun),
        (config.prague_time, EthereumHardfork::Prague),
        (config.osaka_time, EthereumHardfork::Osaka),
        (config.amsterdam_time, EthereumHardfork::Amsterdam),
    ];
    let spec_of = |fork| match fork {
        // revm has no EIP-1283.
        EthereumHardfork::Constantinople => Some(SpecId::PETERSBURG),
        fork => spec_of(fork),
    };
    let blocks = by_block
        .into_iter()
        .filter_map(|(at, fork)| Some((Activation::Block(at?), spec_of(fork)?)));
    let times = by_time
        .into_iter()
        .filter_map(|(at, fork)| Some((Activation::Timestamp(at?), spec_of(fork)?)));
    let delays = by_block
        .into_iter()
        .filter_map(|(at, fork)| Some((at?, bomb_delay_of(fork)?)));
    let dao_block = config.dao_fork_block.filter(|_| config.dao_fork_support);
    let schedule = ForkSchedule::new(blocks.chain(times).collect(), blobs(config), dao_block);
    let schedule = schedule.with_bomb_delays(delays.collect());
    Ok(match config.deposit_contract_address {
        Some(contract) => schedule.with_deposit_contract(contract),
        None => schedule,
    })
}

/// Returns the blob parameters of `config`, ordered by activation.
fn blobs(config: &ChainConfig) -> Vec<(Activation, BlobParams)> {
    let forks = [
        (config.cancun_time, "cancun", SpecId::CANCUN),
        (config.prague_time, "prague", SpecId::PRAGUE),
        (config.osaka_time, "osaka", SpecId::OSAKA),
        (config.bpo1_time, "bpo1", SpecId::OSAKA),
        (config.bpo2_time, "bpo2", SpecId::OSAKA),
        (config.bpo3_time, "bpo3", SpecId::OSAKA),
        (config.bpo4_time, "bpo4", SpecId::OSAKA),
        (config.bpo5_time, "bpo5", SpecId::OSAKA),
        (config.amsterdam_time, "amsterdam", SpecId::AMSTERDAM),
    ];
    let mut active: Vec<_> = forks
        .into_iter()
        .filter_map(|(at, name, spec)| {
            let given = config.blob_schedule.get(name)?;
            let params = blob_params_under(spec, *given);
            Some((Activation::Timestamp(at?), params))
        })
        .collect();
    active.sort_by_key(|(at, _)| *at);
    active
}

/// Checks the ranges of chain id and blob parameters. Block heights and timestamps of forks have no range.
///
/// # Errors
///
/// The first number that is out of its range.
fn check_ranges(config: &ChainConfig) -> Result<(), OutOfRange> {
    let chain_id = U256::from(config.chain_id);
    OutOfRange::check("config.chainId", chain_id, U256::ONE, MOST_CHAIN_ID)?;
    for (fork, params) in &config.blob_schedule {
        check_blobs(fork, params)?;
    }
    Ok(())
}

/// Checks the blob parameters of `fork`. The update fraction must not be zero, as in geth (`BlobConfig.validate`).
fn check_blobs(fork: &str, params: &BlobParams) -> Result<(), OutOfRange> {
    let BlobParams {
        target_blob_count,
        max_blob_count,
        update_fraction,
        ..
    } = *params;
    let most = U256::from(max_blob_count);
    let fields = [
        ("max", most, U256::ONE, MOST_BLOBS),
        ("target", U256::from(target_blob_count), U256::ZERO, most),
        (
            "baseFeeUpdateFraction",
            U256::from(update_fraction),
            U256::ONE,
            MOST_FRACTION,
        ),
    ];
    for (name, found, least, most) in fields {
        let field = format!("config.blobSchedule.{fork}.{name}");
        OutOfRange::check(&field, found, least, most)?;
    }
    Ok(())
}
