//! List of forks, with the rules that each brings.

use alloy_eips::eip7840::BlobParams;
use alloy_hardforks::EthereumHardfork;
use revm::primitives::hardfork::SpecId;

/// Forks of mainnet with rules or gas of their own, in order, the next one included: each with the rules
/// of the EVM.
const SPECS: [(EthereumHardfork, SpecId); 15] = [
    (EthereumHardfork::Frontier, SpecId::FRONTIER),
    (EthereumHardfork::Homestead, SpecId::HOMESTEAD),
    (EthereumHardfork::Tangerine, SpecId::TANGERINE),
    (EthereumHardfork::SpuriousDragon, SpecId::SPURIOUS_DRAGON),
    (EthereumHardfork::Byzantium, SpecId::BYZANTIUM),
    (EthereumHardfork::Petersburg, SpecId::PETERSBURG),
    (EthereumHardfork::Istanbul, SpecId::ISTANBUL),
    (EthereumHardfork::Berlin, SpecId::BERLIN),
    (EthereumHardfork::London, SpecId::LONDON),
    (EthereumHardfork::Paris, SpecId::MERGE),
    (EthereumHardfork::Shanghai, SpecId::SHANGHAI),
    (EthereumHardfork::Cancun, SpecId::CANCUN),
    (EthereumHardfork::Prague, SpecId::PRAGUE),
    (EthereumHardfork::Osaka, SpecId::OSAKA),
    (EthereumHardfork::Amsterdam, SpecId::AMSTERDAM),
];

/// Rules of every fork of mainnet, in order, the next one included.
///
/// Tests, fuzzers and benchmarks that iterate over forks use this list, all of it or a part.
pub const FORKS: [SpecId; SPECS.len()] = {
    let mut forks = [SpecId::FRONTIER; SPECS.len()];
    let mut index = 0;
    while index < forks.len() {
        forks[index] = SPECS[index].1;
        index += 1;
    }
    forks
};

/// Returns the rules of the EVM that `fork` brings; `None` for a fork that does not change them.
///
/// revm has no rules for Constantinople, which was in force on mainnet for no block.
pub(super) fn spec_of(fork: EthereumHardfork) -> Option<SpecId> {
    SPECS
        .into_iter()
        .find_map(|(listed, spec)| (listed == fork).then_some(spec))
}

/// Returns the delay of the difficulty bomb from `fork` on, in blocks (EIPs 649, 1234, 2384, 3554, 4345 and 5133);
/// `None` for a fork that does not change it.
pub(super) const fn bomb_delay_of(fork: EthereumHardfork) -> Option<u64> {
    Some(match fork {
        EthereumHardfork::Byzantium => 3_000_000,
        EthereumHardfork::Constantinople => 5_000_000,
        EthereumHardfork::MuirGlacier => 9_000_000,
        EthereumHardfork::London => 9_700_000,
        EthereumHardfork::ArrowGlacier => 10_700_000,
        EthereumHardfork::GrayGlacier => 11_400_000,
        _ => return None,
    })
}

/// Returns the blob parameters that `fork` brings; `None` for a fork that does not change them.
pub(super) const fn blob_params_of(fork: EthereumHardfork) -> Option<BlobParams> {
    Some(match fork {
        EthereumHardfork::Cancun => BlobParams::cancun(),
        EthereumHardfork::Prague => BlobParams::prague(),
        EthereumHardfork::Osaka => BlobParams::osaka(),
        EthereumHardfork::Bpo1 => BlobParams::bpo1(),
        EthereumHardfork::Bpo2 => BlobParams::bpo2(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_fork_that_revm_has() {
        let all: Vec<_> = (0..=u8::MAX).map_while(SpecId::try_from_u8).collect();
        assert_eq!(all, FORKS);
    }
}
