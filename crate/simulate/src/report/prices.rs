//! Prices of gas and blob gas.

use alloy_primitives::U256;
use parevm::vm::{Environment, TxEnv};
use revm::context_interface::Transaction;

/// Base fees of a block, by which calls without a price are priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    /// Base fee, in wei per gas.
    pub base_fee: u64,
    /// Blob base fee, in wei per blob gas.
    pub blob_base_fee: u128,
}

impl Prices {
    /// Returns the base fees of the block of `environment`.
    pub(super) fn of(environment: &Environment) -> Self {
        Self {
            base_fee: environment.block.basefee,
            blob_base_fee: environment.blob_gas_price(),
        }
    }

    /// Returns the cost of a transaction that used `gas`, in wei: at its own price in a block with `base_fee`, or at
    /// these prices if it has none.
    pub(super) fn fee(&self, transaction: &TxEnv, gas: u64, base_fee: u64) -> U256 {
        let price = match transaction.gas_price {
            0 => self.base_fee.into(),
            _ => transaction.effective_gas_price(base_fee.into()),
        };
        let product = |gas: u64, price: u128| U256::from(gas).saturating_mul(U256::from(price));
        let blob_fee = product(transaction.total_blob_gas(), self.blob_base_fee);
        product(gas, price).saturating_add(blob_fee)
    }
}
