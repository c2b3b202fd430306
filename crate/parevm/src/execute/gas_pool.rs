//! What a block's transactions may use together: gas and blob gas.

use super::ExecuteError;
use crate::vm::{Environment, TxEnv};
use alloy_eips::eip4844::DATA_GAS_PER_BLOB;
use revm::{context::result::ResultGas, primitives::hardfork::SpecId};

/// Counts gas and blob gas in block order. The same for every executor: transactions are admitted
/// and settled in turn.
#[derive(Clone, Copy, Debug)]
pub struct GasPool {
    gas: u64,
    blob_gas: u64,
    /// `None` before Cancun, where the EVM rejects what has blobs.
    blob_gas_limit: Option<u64>,
    /// From Amsterdam on, regular gas and state gas are limited each for itself (EIP-8037).
    counts_apart: bool,
    regular: u64,
    state: u64,
}

impl GasPool {
    /// The limits of an empty block.
    #[must_use]
    pub fn new(environment: &Environment) -> Self {
        Self {
            gas: environment.block.gas_limit,
            blob_gas: 0,
            blob_gas_limit: environment
                .blob_params
                .map(|params| params.max_blob_gas_per_block()),
            counts_apart: environment.spec().is_enabled_in(SpecId::AMSTERDAM),
            regular: 0,
            state: 0,
        }
    }

    /// Takes the transaction at `index` into the block.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::BlockGasExceeded`] or [`ExecuteError::BlobGasExceeded`] when it does not fit.
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

    /// Counts what an admitted transaction used.
    pub fn commit(&mut self, gas: &ResultGas) {
        if self.counts_apart {
            self.regular = self.regular.saturating_add(gas.block_regular_gas_used());
            self.state = self.state.saturating_add(gas.block_state_gas_used());
        } else {
            self.regular = self.regular.saturating_add(gas.tx_gas_used());
        }
    }

    /// Gas used so far, as the header counts it.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.regular.max(self.state)
    }

    /// Blob gas used so far.
    #[must_use]
    pub fn blob_gas_used(&self) -> u64 {
        self.blob_gas
    }
}
