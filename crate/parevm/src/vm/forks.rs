//! The list of forks.

use revm::primitives::hardfork::SpecId;

/// Every fork of mainnet with rules or gas of its own, in order, the next one included.
///
/// Every test, fuzzer and benchmark that goes through forks takes this list, whole or in part.
pub const FORKS: [SpecId; 15] = [
    SpecId::FRONTIER,
    SpecId::HOMESTEAD,
    SpecId::TANGERINE,
    SpecId::SPURIOUS_DRAGON,
    SpecId::BYZANTIUM,
    SpecId::PETERSBURG,
    SpecId::ISTANBUL,
    SpecId::BERLIN,
    SpecId::LONDON,
    SpecId::MERGE,
    SpecId::SHANGHAI,
    SpecId::CANCUN,
    SpecId::PRAGUE,
    SpecId::OSAKA,
    SpecId::AMSTERDAM,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_fork_that_revm_has() {
        let all: Vec<_> = (0..=u8::MAX).map_while(SpecId::try_from_u8).collect();
        assert_eq!(all, FORKS);
    }
}
