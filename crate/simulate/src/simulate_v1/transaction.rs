//! Transaction of a call in a simulated block.

use super::SimulateError;
use crate::{CallRequest, InvalidRequest, request};
use alloy_consensus::{
    EthereumTxEnvelope, EthereumTypedTransaction, TxEip1559, TxEip2930, TxEip4844, TxEip7702,
    TxLegacy,
};
use alloy_primitives::{Address, Signature, TxKind, U256};
use parevm::{
    block::Transaction,
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
    let input = call.input.input().cloned().unwrap_or_default();
    let to = call.to.unwrap_or(TxKind::Create);
    let value = call.value.unwrap_or_default();
    let gas_price = call.gas_price.unwrap_or_default();
    let max_fee_per_gas = call.max_fee_per_gas.unwrap_or(gas_price);
    let max_priority_fee_per_gas = call.max_priority_fee_per_gas.unwrap_or(gas_price);
    let access_list = call.access_list.clone().unwrap_or_default();
    let receiver = || {
        to.to().copied().ok_or(InvalidRequest::Type {
            field: "to",
            transaction_type: tx_type as u8,
        })
    };
    let typed: EthereumTypedTransaction<TxEip4844> = match tx_type {
        TransactionType::Eip2930 => TxEip2930 {
            chain_id,
            nonce,
            gas_price,
            gas_limit: gas,
            to,
            value,
            access_list,
            input,
        }
        .into(),
        TransactionType::Eip1559 => TxEip1559 {
            chain_id,
            nonce,
            gas_limit: gas,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to,
            value,
            access_list,
            input,
        }
        .into(),
        TransactionType::Eip4844 => TxEip4844 {
            chain_id,
            nonce,
            gas_limit: gas,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to: receiver()?,
            value,
            access_list,
            blob_versioned_hashes: call.blob_versioned_hashes.clone().unwrap_or_default(),
            max_fee_per_blob_gas: call.max_fee_per_blob_gas.unwrap_or_default(),
            input,
        }
        .into(),
        TransactionType::Eip7702 => TxEip7702 {
            chain_id,
            nonce,
            gas_limit: gas,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to: receiver()?,
            value,
            access_list,
            authorization_list: call.authorization_list.clone().unwrap_or_default(),
            input,
        }
        .into(),
        _ => TxLegacy {
            chain_id: None,
            nonce,
            gas_price,
            gas_limit: gas,
            to,
            value,
            input,
        }
        .into(),
    };
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
