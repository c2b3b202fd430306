//! Fork schedule of a genesis file's `config`.

use super::{
    ForkSchedule, MOST_CHAIN_ID, OutOfRange,
    schedule::{Activation, blob_params_under, bomb_delay_of},
};
use alloy_eips::eip7840::BlobParams;
use alloy_genesis::ChainConfig;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{U256, uint};
use revm::primitives::hardfork::SpecId;

/// Blobs of a block whose gas, with what others have left, fits 63 bits by far.
const MOST_BLOBS: U256 = uint!(0xffff_ffff_U256);
/// The largest update fraction that the EVM takes.
const MOST_FRACTION: U256 = uint!(0xffff_ffff_ffff_ffff_U256);

/// Why a genesis file's `config` cannot be used. The input is wrong; do not retry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A number is out of its range.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// The merge is set by total difficulty, without the height at which it is reached.
    #[error("mergeNetsplitBlock is missing, terminalTotalDifficulty is not zero")]
    MergeBlockUnknown,
}

impl ForkSchedule {
    /// Reads the schedule of a genesis file's `config` (go-ethereum's `params/config.go`).
    ///
    /// Constantinople runs under Petersburg's rules: the EVM has no EIP-1283.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], which names the field.
    pub fn from_config(config: &ChainConfig) -> Result<Self, ConfigError> {
        schedule(config)
    }
}

/// The schedule of a genesis file.
fn schedule(config: &ChainConfig) -> Result<ForkSchedule, ConfigError> {
    check(config)?;
    let merge = match (
        config.merge_netsplit_block,
        config.terminal_total_difficulty,
    ) {
        (Some(number), _) => Some(number),
        (None, None) => None,
        (None, Some(U256::ZERO)) => Some(0),
        (None, Some(_)) if config.terminal_total_difficulty_passed => Some(0),
        // No chain gets there.
        (None, Some(U256::MAX)) => None,
        (None, Some(_)) => return Err(ConfigError::MergeBlockUnknown),
    };
    let by_block = [
        (config.homestead_block, SpecId::HOMESTEAD),
        (config.eip150_block, SpecId::TANGERINE),
        (config.eip158_block, SpecId::SPURIOUS_DRAGON),
        (config.byzantium_block, SpecId::BYZANTIUM),
        (config.constantinople_block, SpecId::PETERSBURG),
        (config.petersburg_block, SpecId::PETERSBURG),
        (config.istanbul_block, SpecId::ISTANBUL),
        (config.berlin_block, SpecId::BERLIN),
        (config.london_block, SpecId::LONDON),
        (merge, SpecId::MERGE),
    ];
    let by_time = [
        (config.shanghai_time, SpecId::SHANGHAI),
        (config.cancun_time, SpecId::CANCUN),
        (config.prague_time, SpecId::PRAGUE),
        (config.osaka_time, SpecId::OSAKA),
        (config.amsterdam_time, SpecId::AMSTERDAM),
    ];
    let blocks = by_block
        .into_iter()
        .filter_map(|(at, spec)| Some((Activation::Block(at?), spec)));
    let times = by_time
        .into_iter()
        .filter_map(|(at, spec)| Some((Activation::Timestamp(at?), spec)));
    let bombs = [
        (config.byzantium_block, EthereumHardfork::Byzantium),
        (
            config.constantinople_block,
            EthereumHardfork::Constantinople,
        ),
        (config.muir_glacier_block, EthereumHardfork::MuirGlacier),
        (config.london_block, EthereumHardfork::London),
        (config.arrow_glacier_block, EthereumHardfork::ArrowGlacier),
        (config.gray_glacier_block, EthereumHardfork::GrayGlacier),
    ];
    let delays = bombs
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

/// The blob parameters of a genesis file, in order of activation.
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

/// Checks the numbers of the rules that a genesis file sets. A height or a time of a fork may be any.
///
/// # Errors
///
/// The first that is out of its range.
fn check(config: &ChainConfig) -> Result<(), OutOfRange> {
    let chain_id = U256::from(config.chain_id);
    OutOfRange::check("config.chainId", chain_id, U256::ONE, MOST_CHAIN_ID)?;
    for (fork, params) in &config.blob_schedule {
        check_blobs(fork, params)?;
    }
    Ok(())
}

/// Checks the blob parameters of `fork`. As in geth (`BlobConfig.validate`) the update fraction is not zero.
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
