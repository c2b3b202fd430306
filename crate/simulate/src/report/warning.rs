//! Warnings: why a block would reject a call although its simulation executes.

use super::{ReportError, bundle::BundleCall};
use crate::{CallError, Simulation};
use alloy_eips::eip7825::MAX_TX_GAS_LIMIT_OSAKA;
use parevm::vm::{Environment, SpecId, TxEnv};
use serde::Serialize;

/// Reason why a block would reject a call that the simulation executes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// Kind of the warning.
    pub kind: WarningKind,
    /// Text of the warning; geth's if it has one.
    pub message: String,
}

/// Kind of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum WarningKind {
    /// The nonce differs from the sender's.
    Nonce,
    /// The gas limit exceeds the block's.
    BlockGas,
    /// The gas limit exceeds the cap of a transaction (EIP-7825).
    TransactionGas,
    /// The gas limit exceeds the one of the simulation.
    TriedGas,
    /// No gas limit was found with which the call succeeds in a block.
    GasLimit,
}

/// Returns the warnings of the nonce and the gas limit of `call`. `transaction` is what the simulation executes,
/// `nonce` is its sender's.
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
        let simulated = transaction.gas_limit;
        if given > simulated {
            warn(
                WarningKind::TriedGas,
                format!("tried with {simulated} gas instead of {given}"),
            );
        }
    }
    warnings
}

/// Returns a gas limit with which the call succeeds in a block, or a warning if there is none.
///
/// # Errors
///
/// [`CallError::Interrupted`], [`CallError::StateUnavailable`].
pub(super) fn gas_limit(
    simulation: &Simulation<'_>,
    call: &BundleCall,
    transaction: TxEnv,
    environment: Environment,
) -> Result<Result<u64, Warning>, ReportError> {
    let requested = call.gas.map(|gas| gas.to());
    match simulation.least_gas(transaction, environment, requested) {
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
