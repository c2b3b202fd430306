//! Overrides of a request: state, block and precompiles.

use crate::{BlockOverrides, InvalidRequest, StateOverride};
use alloy_primitives::U256;
use parevm::{
    block::{Block, Header},
    vm::{BlockPrecompiles, Environment},
};
use revm::context_interface::block::BlobExcessGasAndPrice;
use serde::{Deserialize, Serialize};

/// Overrides of a request, applied before it runs. Default: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// Accounts by address. An overridden precompile is no longer a precompile.
    pub state: StateOverride,
    /// Fields of the block. Another number or time may select another fork.
    pub block: BlockOverrides,
}

impl Overrides {
    /// Returns the environment of `block` with these overrides.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`]: a number is too large, or a precompile cannot be moved.
    pub(super) fn environment(&self, block: &Block) -> Result<Environment, InvalidRequest> {
        if self.block.beacon_root.is_some() {
            let field = "beaconRoot";
            return Err(InvalidRequest::BlockOverride { field });
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
                blob_gasprice: narrow(price, "blobBaseFee")?,
                ..*blob
            };
        }
        move_precompiles(&self.state, &mut environment.precompiles)?;
        Ok(environment)
    }

    fn header(&self, header: &Header) -> Result<Header, InvalidRequest> {
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
        let number = number.map(|number| narrow(number, "number")).transpose()?;
        let base_fee = base_fee
            .map(|fee| narrow(fee, "baseFeePerGas"))
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

/// Moves precompiles as `state` says, and removes those whose account it overrides. If two are moved to one
/// address, the one with the greater original address wins.
///
/// # Errors
///
/// [`InvalidRequest`]: the account is not a precompile, or the target is overridden.
pub(super) fn move_precompiles(
    state: &StateOverride,
    precompiles: &mut BlockPrecompiles,
) -> Result<(), InvalidRequest> {
    // Sorted, so that the order of the map has no effect.
    let mut addresses: Vec<_> = state.keys().copied().collect();
    addresses.sort_unstable();
    let moves = addresses.iter().filter_map(|address| {
        let to = state.get(address)?.move_precompile_to?;
        Some((*address, to))
    });
    // Copies first: a removed precompile can still be moved.
    for (address, to) in moves {
        if !precompiles.has(&address) {
            return Err(InvalidRequest::NotPrecompile { address });
        }
        if to == address {
            return Err(InvalidRequest::MovedToItself { address });
        }
        if state.contains_key(&to) {
            return Err(InvalidRequest::Overridden { address: to });
        }
        precompiles.copy(address, to);
    }
    for address in addresses {
        precompiles.remove(address);
    }
    Ok(())
}

/// Converts a number of a request to the type of its field.
pub(super) fn narrow<T: TryFrom<U256>>(
    number: U256,
    field: &'static str,
) -> Result<T, InvalidRequest> {
    T::try_from(number).map_err(|_| InvalidRequest::TooLarge { field })
}
