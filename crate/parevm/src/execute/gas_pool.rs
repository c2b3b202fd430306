//! Gas and blob gas that are left in a block.

use super::ExecuteError;
use crate::vm::{Environment, TxEnv};
use alloy_eips::eip4844::DATA_GAS_PER_BLOB;
use revm::{context::result::ResultGas, primitives::hardfork::SpecId};

/// Gas and blob gas of a block, used and left. Every executor admits and commits transactions in block order.
#[derive(Clone, Copy, Debug)]
pub struct GasPool {
    gas: u64,
    blob_gas: u64,
    /// `None` before Cancun, where the EVM rejects blobs.
    blob_gas_limit: Option<u64>,
    /// From Amsterdam on, regular gas and state gas have separate limits (EIP-8037).
    has_state_gas: bool,
    regular: u64,
    state: u64,
}

impl GasPool {
    /// Creates the gas pool of an empty block.
    #[must_use]
    pub fn new(environment: &Environment) -> Self {
        Self {
            gas: environment.block.gas_limit,
            blob_gas: 0,
            blob_gas_limit: environment
                .blob_params
                .map(|params| params.max_blob_gas_per_block()),
            has_state_gas: environment.spec().is_enabled_in(SpecId::AMSTERDAM),
            regular: 0,
            state: 0,
        }
    }

    /// Checks that the block has gas left for the transaction at `index`, and counts its blobs.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::BlockGasExceeded`] or [`ExecuteError::BlobGasExceeded`].
    pub fn admit(&mut self, index: usize, transaction: &TxEnv) -> Result<(), ExecuteError> {
        let available = self.gas.saturating_sub(self.used());
        if transaction.gas_limit > available {
            return Err(ExecuteError::BlockGasExceeded {
                index,
                gas_limit: transaction.gas_limit,
                available,
            });
        }
        self.add_blobs(transaction);
        if let Some(limit) = self.blob_gas_limit
            && !transaction.blob_hashes.is_empty()
            && self.blob_gas > limit
        {
            return Err(ExecuteError::BlobGasExceeded {
                index,
                blob_gas: self.blob_gas,
                limit,
            });
        }
        Ok(())
    }

    /// Counts the blobs of a transaction.
    pub fn add_blobs(&mut self, transaction: &TxEnv) {
        let blobs = transaction.blob_hashes.len() as u64;
        self.blob_gas = self
            .blob_gas
            .saturating_add(blobs.saturating_mul(DATA_GAS_PER_BLOB));
    }

    /// Counts the gas of an admitted transaction.
    pub fn commit(&mut self, gas: &ResultGas) {
        if self.has_state_gas {
            self.regular = self.regular.saturating_add(gas.block_regular_gas_used());
            self.state = self.state.saturating_add(gas.block_state_gas_used());
        } else {
            self.regular = self.regular.saturating_add(gas.tx_gas_used());
        }
    }

    /// Returns the gas used so far, as the header counts it.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.regular.max(self.state)
    }

    /// Returns the blob gas used so far.
    #[must_use]
    pub fn blob_gas_used(&self) -> u64 {
        self.blob_gas
    }
}
