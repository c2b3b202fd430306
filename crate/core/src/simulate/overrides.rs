//! What a request changes of block and precompiles before it runs.

use super::{BlockOverrides, Conflict, StateOverride};
use crate::{
    block::{Block, Header},
    vm::{BlockPrecompiles, Environment},
};
use alloy_primitives::{U256, map::AddressSet};
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
        let changed = Block {
            header: self.header(&block.header)?,
            ..Block::new(
                block.chain_id,
                block.schedule.clone(),
                Header::default(),
                Vec::new(),
            )
        };
        let mut environment = Environment::new(&changed).without_edges();
        if let Some(price) = self.block.blob_base_fee
            && let Some(blob) = &mut environment.block.blob_excess_gas_and_price
        {
            *blob = BlobExcessGasAndPrice {
                blob_gasprice: small(price, "blobBaseFee")?,
                ..*blob
            };
        }
        self.move_precompiles(&mut environment.precompiles)?;
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
            beacon_root,
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
            parent_beacon_block_root: beacon_root.or(header.parent_beacon_block_root),
            ..header.clone()
        })
    }

    fn move_precompiles(&self, precompiles: &mut BlockPrecompiles) -> Result<(), Conflict> {
        let mut taken = AddressSet::default();
        // Moved before any is taken away, so that the order of a map does not matter.
        for (&address, account) in &self.state {
            let Some(to) = account.move_precompile_to else {
                continue;
            };
            if to == address {
                return Err(Conflict::MovedToItself { address });
            }
            if self.state.contains_key(&to) || !taken.insert(to) {
                return Err(Conflict::Overridden { address: to });
            }
            if !precompiles.copy(address, to) {
                return Err(Conflict::NotPrecompile { address });
            }
        }
        for address in self.state.keys() {
            precompiles.remove(*address);
        }
        Ok(())
    }
}

fn small<T: TryFrom<U256>>(number: U256, field: &'static str) -> Result<T, Conflict> {
    T::try_from(number).map_err(|_| Conflict::TooLarge { field })
}
