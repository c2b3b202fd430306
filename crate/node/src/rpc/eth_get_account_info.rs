//! `eth_getAccountInfo`: balance, nonce and code of an account (reth, anvil).

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
    let code = state
        .code(account.code_hash)
        .map_err(|error| RpcError::internal(&error))?;
    reply(json!({
        "balance": account.balance,
        "nonce": U64::from(account.nonce),
        "code": code.original_bytes(),
    }))
}
