//! `eth_getProof`: an account and some of its slots, with their proofs (EIP-1186).

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError},
};
use alloy_rpc_types_eth::{EIP1186AccountProofResponse, EIP1186StorageProof};
use alloy_serde::JsonStorageKey;

/// Maximum number of slots.
const MAX_KEYS: usize = 1_024;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let address = params.address()?;
    let keys: Vec<JsonStorageKey> = params.required("storage keys")?;
    if keys.len() > MAX_KEYS {
        return Err(RpcError::invalid("storage keys", "too many"));
    }
    let state = &params.state(chain)?.state;
    let account = state.account(address).unwrap_or_default();
    let proofs = params.asked(keys).map(|key| {
        let key = key?;
        let slot = key.as_b256().into();
        Ok(EIP1186StorageProof {
            key,
            value: state.storage(address, slot),
            proof: state.storage_proof(address, slot),
        })
    });
    let storage_proof = proofs.collect::<Result<_, RpcError>>()?;
    params.reply(EIP1186AccountProofResponse {
        address,
        balance: account.balance,
        code_hash: account.code_hash,
        nonce: account.nonce,
        storage_hash: state.storage_root(address),
        account_proof: state.proof(address),
        storage_proof,
    })
}
