//! Transaction of a call in a simulated block.

use super::SimulateError;
use crate::{CallRequest, InvalidRequest, request};
use alloy_consensus::{EthereumTxEnvelope, TxEip4844};
use alloy_primitives::{Address, Signature, U256};
use parevm::{
    block::{Transaction, TransactionFields},
    vm::{Environment, SpecId, TxEnv},
};
use revm::context::TransactionType;

/// Transaction in a block's body.
pub(super) type Envelope = EthereumTxEnvelope<TxEip4844>;

/// Returns the transaction of `call` for execution, and for the block's body with a signature of zeros.
///
/// Its default type is EIP-1559. `gas` and `nonce` are those assigned to the call.
pub(super) fn build_transaction(
    call: &CallRequest,
    gas: u64,
    nonce: u64,
    environment: &Environment,
) -> Result<(Transaction, Envelope), SimulateError> {
    let chain_id = environment.cfg.chain_id;
    request::check(call, chain_id)?;
    let tx_type = match request::type_of(call)? {
        TransactionType::Legacy | TransactionType::Eip2930
            if call.transaction_type.is_none()
                && call.gas_price.is_none()
                && environment.spec().is_enabled_in(SpecId::LONDON) =>
        {
            TransactionType::Eip1559
        }
        tx_type => tx_type,
    };
    let fields = request::fields(call);
    let gas_price = fields.gas_price.unwrap_or_default();
    let max_fee = fields.max_fee_per_gas.unwrap_or(gas_price);
    let priority_fee = fields.max_priority_fee_per_gas.unwrap_or(gas_price);
    let typed = TransactionFields {
        transaction_type: Some(tx_type as u64),
        chain_id: (tx_type != TransactionType::Legacy).then_some(chain_id),
        nonce: Some(nonce),
        gas_limit: Some(gas),
        gas_price: Some(gas_price),
        max_fee_per_gas: Some(max_fee),
        max_priority_fee_per_gas: Some(priority_fee),
        blob_versioned_hashes: Some(fields.blob_versioned_hashes.unwrap_or_default()),
        max_fee_per_blob_gas: Some(fields.max_fee_per_blob_gas.unwrap_or_default()),
        authorization_list: Some(fields.authorization_list.unwrap_or_default()),
        ..fields
    }
    .into_typed()
    // All but the recipient is set.
    .map_err(|_| InvalidRequest::Type {
        field: "to",
        transaction_type: tx_type as u8,
    })?;
    let mut transaction = Transaction::new(&typed, call.from.unwrap_or(Address::ZERO));
    let envelope = typed.into_envelope(Signature::new(U256::ZERO, U256::ZERO, false));
    transaction.hash = Some(*envelope.tx_hash());
    Ok((transaction, envelope))
}

/// Returns the environment of `transaction`, with the checks of a real transaction if `has_validation`. The block's
/// fees that code reads do not depend on the fees of the transaction.
pub(super) fn transaction_environment(
    environment: &Environment,
    transaction: &TxEnv,
    has_validation: bool,
) -> Environment {
    let mut environment = environment.clone();
    let cfg = &mut environment.cfg;
    cfg.disable_eip3607 = true;
    cfg.tx_gas_limit_cap = Some(u64::MAX);
    if has_validation {
        return environment;
    }
    cfg.disable_nonce_check = true;
    // Calls without a gas price pay no fee.
    let is_free =
        transaction.gas_price == 0 && transaction.gas_priority_fee.unwrap_or_default() == 0;
    cfg.disable_base_fee = is_free;
    environment
}
