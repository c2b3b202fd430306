//! What a call is to be signed with, and what it costs then.

use super::{BundleCall, ReportError};
use crate::{CallError, OverriddenState, Overrides, Simulation};
use alloy_eips::eip7825::MAX_TX_GAS_LIMIT_OSAKA;
use alloy_primitives::U256;
use parevm::{
    state::StateSource,
    vm::{Environment, SpecId, TxEnv},
};
use revm::context_interface::Transaction;
use serde::Serialize;

/// Prices of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    /// Base fee, in wei per gas.
    pub base_fee: u64,
    /// Base fee of blobs, in wei per blob gas.
    pub blob_base_fee: u128,
}

/// Something that does not keep a call from being tried, and keeps it from a block as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// What is wrong.
    pub kind: WarningKind,
    /// In words, geth's where it has some.
    pub message: String,
}

/// What keeps a call from a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum WarningKind {
    /// It names another nonce than its sender has.
    Nonce,
    /// It names more gas than a block has.
    BlockGas,
    /// It names more gas than a transaction may have (EIP-7825).
    TransactionGas,
    /// It names more gas than it was tried with.
    TriedGas,
    /// No gas limit is known with which it succeeds in a block.
    GasLimit,
}

impl Prices {
    pub(super) fn of(environment: &Environment) -> Self {
        Self {
            base_fee: environment.block.basefee,
            blob_base_fee: environment.blob_gas_price(),
        }
    }

    /// Returns what a transaction that used `gas` costs, in wei: at the price that it offers in its block, whose base
    /// fee is `base_fee`, else at these.
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

/// Returns what keeps `call` from a block, by what it names: `nonce` is its sender's, `tried` the gas it is tried with.
pub(super) fn warnings(
    call: &BundleCall,
    transaction: &TxEnv,
    environment: &Environment,
    nonce: u64,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |kind, message| warnings.push(Warning { kind, message });
    if let Some(given) = call.nonce.map(|nonce| nonce.to::<u64>())
        && given != nonce
    {
        let order = if given < nonce { "low" } else { "high" };
        let sender = transaction.caller;
        warn(
            WarningKind::Nonce,
            format!("nonce too {order}: address {sender}, tx: {given} state: {nonce}"),
        );
    }
    if let Some(given) = call.gas.map(|gas| gas.to::<u64>()) {
        let block = environment.block.gas_limit;
        if given > block {
            warn(
                WarningKind::BlockGas,
                format!("exceeds block gas limit: {given} > {block}"),
            );
        }
        let spec = environment.spec();
        let is_capped = spec.is_enabled_in(SpecId::OSAKA) && !spec.is_enabled_in(SpecId::AMSTERDAM);
        if is_capped && given > MAX_TX_GAS_LIMIT_OSAKA {
            warn(
                WarningKind::TransactionGas,
                format!(
                    "transaction gas limit too high (cap: {MAX_TX_GAS_LIMIT_OSAKA}, tx: {given})"
                ),
            );
        }
        let tried = transaction.gas_limit;
        if given > tried {
            warn(
                WarningKind::TriedGas,
                format!("tried with {tried} gas instead of {given}"),
            );
        }
    }
    warnings
}

/// Returns a gas limit with which the call succeeds in a block, or why none is known.
///
/// # Errors
///
/// That of the state, or of the limits.
pub(super) fn gas_limit(
    simulation: &Simulation<'_>,
    call: &BundleCall,
    transaction: TxEnv,
    environment: Environment,
) -> Result<Result<u64, Warning>, ReportError> {
    let asked = call.gas.map(|gas| gas.to());
    match simulation.least_gas(transaction, environment, asked) {
        Ok(gas) => Ok(Ok(gas)),
        Err(error @ (CallError::Interrupted(_) | CallError::StateUnavailable(_))) => {
            Err(error.into())
        }
        Err(error) => Ok(Err(Warning {
            kind: WarningKind::GasLimit,
            message: error.to_string(),
        })),
    }
}

/// A simulation on `state`, as `eth_estimateGas` has it.
pub(super) fn simulation<'a>(
    environment: &Environment,
    state: &'a dyn StateSource,
    limits: crate::CallLimits<'a>,
) -> Result<Simulation<'a>, ReportError> {
    Ok(Simulation {
        environment: environment.clone(),
        state: OverriddenState::new(state, &Overrides::default())?,
        limits,
    })
}
