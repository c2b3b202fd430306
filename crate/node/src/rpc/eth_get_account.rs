//! `eth_getAccount`: an account as the state trie holds it (anvil): nonce, balance, storage root, code hash. A
//! missing account is empty.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U64;
use serde_json::json;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let address = params.address()?;
    let state = &params.state(chain)?.state;
    let account = state.account(address).unwrap_or_default();
    reply(json!({
        "nonce": U64::from(account.nonce),
        "balance": account.balance,
        "storageRoot": state.storage_root(address),
        "codeHash": account.code_hash,
    }))
}
