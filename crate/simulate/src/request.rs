//! Transaction of a call request.

use crate::{CallError, CallRequest, InvalidRequest};
use alloy_primitives::{Address, TxKind};
use parevm::{
    state::StateSource,
    vm::{Environment, TxEnv},
};
use revm::{context::TransactionType, context_interface::either::Either};

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
    let input = request.input.input();
    let price = request
        .gas_price
        .or(request.max_fee_per_gas)
        .unwrap_or_default();
    let blob_price = match request.blob_versioned_hashes {
        Some(_) => Some(request.max_fee_per_blob_gas.unwrap_or_default()),
        None => request.max_fee_per_blob_gas,
    };
    let tx_type = type_of(request)? as u8;
    // A request without a tip offers none. To revm a missing tip means the whole price.
    let has_tip = request.gas_price.is_none() && tx_type >= TransactionType::Eip1559 as u8;
    let caller = request.from.unwrap_or(Address::ZERO);
    let nonce = state.account(caller)?.unwrap_or_default().nonce;
    let transaction = TxEnv {
        tx_type,
        caller,
        gas_limit: request.gas.unwrap_or(most_gas).min(most_gas),
        gas_price: price,
        kind: request.to.unwrap_or(TxKind::Create),
        value: request.value.unwrap_or_default(),
        data: input.cloned().unwrap_or_default(),
        nonce: unchecked_nonce(nonce),
        chain_id: Some(chain_id),
        access_list: request.access_list.clone().unwrap_or_default(),
        gas_priority_fee: has_tip.then(|| request.max_priority_fee_per_gas.unwrap_or_default()),
        blob_hashes: request.blob_versioned_hashes.clone().unwrap_or_default(),
        max_fee_per_blob_gas: blob_price.unwrap_or_default(),
        authorization_list: request
            .authorization_list
            .iter()
            .flatten()
            .map(|signed| Either::Right(signed.clone().into_recovered()))
            .collect(),
    };
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

/// Returns the type of the request, or the first one that has all its fields.
pub(super) fn type_of(request: &CallRequest) -> Result<TransactionType, InvalidRequest> {
    let has_fees = request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some();
    let has_authorizations = request.authorization_list.is_some();
    let has_blobs = request.blob_versioned_hashes.is_some();
    let least = if has_authorizations {
        TransactionType::Eip7702
    } else if has_blobs {
        TransactionType::Eip4844
    } else if has_fees {
        TransactionType::Eip1559
    } else if request.access_list.is_some() {
        TransactionType::Eip2930
    } else {
        TransactionType::Legacy
    };
    let Some(named) = request.transaction_type else {
        return Ok(least);
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
