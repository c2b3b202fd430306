//! Transaction of a call request.

use crate::{CallError, CallRequest, InvalidRequest};
use alloy_primitives::{Address, TxKind};
use parevm::{
    block::TransactionFields,
    state::StateSource,
    vm::{Environment, TxEnv},
};
use revm::context::TransactionType;

/// Resolves `request` on `state` to a transaction of at most `most_gas` gas, and the environment in which it runs
/// as a call: without checks of nonce, sender's code, and gas limit of block and transaction. The base fee is zero
/// for a request without a price, the blob base fee is zero for one with blobs and no price for them
/// (`applyMessage` in geth's `internal/ethapi/api.go`).
pub(super) fn resolve(
    request: &CallRequest,
    environment: &Environment,
    state: &dyn StateSource,
    most_gas: u64,
) -> Result<(TxEnv, Environment), CallError> {
    let chain_id = environment.cfg.chain_id;
    check(request, chain_id)?;
    let transaction_type = type_of(request)?;
    let fields = fields(request);
    let price = fields.max_fee_per_gas.or(fields.gas_price);
    let price = price.unwrap_or_default();
    let blob_price = match request.blob_versioned_hashes {
        Some(_) => Some(request.max_fee_per_blob_gas.unwrap_or_default()),
        None => request.max_fee_per_blob_gas,
    };
    // A call without a priority fee offers none. To the EVM a missing one means all of the price.
    let has_priority_fee =
        request.gas_price.is_none() && transaction_type as u8 >= TransactionType::Eip1559 as u8;
    let priority_fee = fields.max_priority_fee_per_gas.unwrap_or_default();
    let caller = request.from.unwrap_or(Address::ZERO);
    let nonce = state.account(caller)?.unwrap_or_default().nonce;
    let transaction = TransactionFields {
        transaction_type: Some(transaction_type as u64),
        chain_id: Some(chain_id),
        nonce: Some(unchecked_nonce(nonce)),
        gas_limit: Some(request.gas.unwrap_or(most_gas).min(most_gas)),
        max_priority_fee_per_gas: has_priority_fee.then_some(priority_fee),
        ..fields
    }
    .into_env(caller);
    let mut environment = environment.clone();
    let cfg = &mut environment.cfg;
    cfg.disable_nonce_check = true;
    cfg.disable_eip3607 = true;
    cfg.disable_block_gas_limit = true;
    cfg.tx_gas_limit_cap = Some(u64::MAX);
    if price == 0 {
        environment.block.basefee = 0;
    }
    if blob_price == Some(0)
        && let Some(blob) = &mut environment.block.blob_excess_gas_and_price
    {
        blob.blob_gasprice = 0;
    }
    Ok((transaction, environment))
}

/// Returns the fields of `request` as they are. A request with a priority fee and no maximum fee offers a maximum fee of
/// zero.
pub(super) fn fields(request: &CallRequest) -> TransactionFields {
    let zero_fee = request.max_priority_fee_per_gas.map(|_| 0);
    TransactionFields {
        transaction_type: request.transaction_type.map(u64::from),
        chain_id: request.chain_id,
        nonce: request.nonce,
        gas_limit: request.gas,
        to: request.to.and_then(TxKind::into_to),
        value: request.value.unwrap_or_default(),
        input: request.input.input().cloned().unwrap_or_default(),
        gas_price: request.gas_price,
        max_fee_per_gas: request.max_fee_per_gas.or(zero_fee),
        max_priority_fee_per_gas: request.max_priority_fee_per_gas,
        access_list: request.access_list.clone(),
        blob_versioned_hashes: request.blob_versioned_hashes.clone(),
        max_fee_per_blob_gas: request.max_fee_per_blob_gas,
        authorization_list: request.authorization_list.clone(),
    }
}

/// Returns the nonce of a transaction whose nonce is not checked, from its sender's. revm rejects the last nonce
/// even without the check.
pub(super) const fn unchecked_nonce(nonce: u64) -> u64 {
    match nonce {
        u64::MAX => 0,
        nonce => nonce,
    }
}

/// Whether the fields of a request fit each other and the chain.
pub(super) fn check(request: &CallRequest, chain_id: u64) -> Result<(), InvalidRequest> {
    if let Some(given) = request.chain_id
        && given != chain_id
    {
        return Err(InvalidRequest::ChainId { given, chain_id });
    }
    if request.gas_price.is_some()
        && (request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some())
    {
        return Err(InvalidRequest::Prices);
    }
    request
        .input
        .unique_input()
        .map_err(|_| InvalidRequest::Input)?;
    if request.to.is_none_or(|to| to.is_create()) {
        if request.blob_versioned_hashes.is_some() {
            return Err(InvalidRequest::BlobCreate);
        }
        if request.authorization_list.is_some() {
            let sender = request.from.unwrap_or(Address::ZERO);
            return Err(InvalidRequest::AuthorizedCreate { sender });
        }
    }
    Ok(())
}

/// Returns the type of the request: the one that it names, or the lowest that has all its fields.
pub(super) fn type_of(request: &CallRequest) -> Result<TransactionType, InvalidRequest> {
    let has_fees = request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some();
    let has_authorizations = request.authorization_list.is_some();
    let has_blobs = request.blob_versioned_hashes.is_some();
    let Some(named) = request.transaction_type else {
        return Ok(fields(request).implied_type());
    };
    let misfit = |field| InvalidRequest::Type {
        field,
        transaction_type: named,
    };
    let blobs = has_blobs || request.max_fee_per_blob_gas.is_some();
    let fits = |has, field| if has { Err(misfit(field)) } else { Ok(()) };
    match named {
        0 => fits(request.access_list.is_some(), "accessList")?,
        1..=4 => {}
        _ => return Err(misfit("type")),
    }
    fits(named < 2 && has_fees, "maxFeePerGas")?;
    fits(named != 3 && blobs, "blobVersionedHashes")?;
    fits(named == 3 && !has_blobs, "blobVersionedHashes")?;
    fits(named != 4 && has_authorizations, "authorizationList")?;
    fits(named == 4 && !has_authorizations, "authorizationList")?;
    Ok(match named {
        0 => TransactionType::Legacy,
        1 => TransactionType::Eip2930,
        2 => TransactionType::Eip1559,
        3 => TransactionType::Eip4844,
        _ => TransactionType::Eip7702,
    })
}
