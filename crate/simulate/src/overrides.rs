//! What a request changes of block and precompiles before it runs.

use super::{BlockOverrides, Conflict, StateOverride};
use alloy_primitives::U256;
use parevm::{
    block::{Block, Header},
    vm::{BlockPrecompiles, Environment},
};
use revm::context_interface::block::BlobExcessGasAndPrice;
use serde::{Deserialize, Serialize};

/// What a request changes before it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// Accounts by address. An account that is a precompile is none any more, whatever is overridden.
    pub state: StateOverride,
    /// Facts of the block. Another number or time may bring another fork's rules.
    pub block: BlockOverrides,
}

impl Overrides {
    /// The environment of `block` with these changes.
    ///
    /// # Errors
    ///
    /// [`Conflict`]: a number is too large, or a precompile is moved where it cannot be.
    pub(super) fn environment(&self, block: &Block) -> Result<Environment, Conflict> {
        if self.block.beacon_root.is_some() {
            let field = "beaconRoot";
            return Err(Conflict::BlockOverride { field });
        }
        let changed = Block {
            header: self.header(&block.header)?,
            ..Block::new(
                block.chain_id,
                block.schedule.clone(),
                Header::default(),
                Vec::new(),
            )
        };
        let mut environment = Environment::new(&changed).without_protocol_changes();
        if let Some(price) = self.block.blob_base_fee
            && let Some(blob) = &mut environment.block.blob_excess_gas_and_price
        {
            *blob = BlobExcessGasAndPrice {
                blob_gasprice: small(price, "blobBaseFee")?,
                ..*blob
            };
        }
        move_precompiles(&self.state, &mut environment.precompiles)?;
        Ok(environment)
    }

    fn header(&self, header: &Header) -> Result<Header, Conflict> {
        let BlockOverrides {
            number,
            difficulty,
            time,
            gas_limit,
            coinbase,
            random,
            base_fee,
            ..
        } = &self.block;
        let number = number.map(|number| small(number, "number")).transpose()?;
        let base_fee = base_fee
            .map(|fee| small(fee, "baseFeePerGas"))
            .transpose()?;
        Ok(Header {
            number: number.unwrap_or(header.number),
            timestamp: time.unwrap_or(header.timestamp),
            beneficiary: coinbase.unwrap_or(header.beneficiary),
            gas_limit: gas_limit.unwrap_or(header.gas_limit),
            base_fee: base_fee.or(header.base_fee),
            difficulty: difficulty.unwrap_or(header.difficulty),
            prev_randao: random.or(header.prev_randao),
            ..header.clone()
        })
    }
}

/// Moves precompiles as `state` says, and takes away those whose account it overrides. Where two are
/// moved to one address, the one with the greater address of its own is there.
///
/// # Errors
///
/// [`Conflict`]: what is moved is no precompile, or cannot go there.
pub(super) fn move_precompiles(
    state: &StateOverride,
    precompiles: &mut BlockPrecompiles,
) -> Result<(), Conflict> {
    // The order of a map must not matter.
    let mut addresses: Vec<_> = state.keys().copied().collect();
    addresses.sort_unstable();
    let moves = addresses.iter().filter_map(|address| {
        let to = state.get(address)?.move_precompile_to?;
        Some((*address, to))
    });
    // Moved before any is taken away.
    for (address, to) in moves {
        if !precompiles.has(&address) {
            return Err(Conflict::NotPrecompile { address });
        }
        if to == address {
            return Err(Conflict::MovedToItself { address });
        }
        if state.contains_key(&to) {
            return Err(Conflict::Overridden { address: to });
        }
        precompiles.copy(address, to);
    }
    for address in addresses {
        precompiles.remove(address);
    }
    Ok(())
}

pub(super) fn small<T: TryFrom<U256>>(number: U256, field: &'static str) -> Result<T, Conflict> {
    T::try_from(number).map_err(|_| Conflict::TooLarge { field })
}
