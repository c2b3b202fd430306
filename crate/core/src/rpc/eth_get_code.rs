//! `eth_getCode`: the code of an account, a delegation as its designator.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let address = params.address()?;
    let state = &params.state(chain)?.state;
    let account = state.account(address).unwrap_or_default();
    let code = state.code(account.code_hash);
    reply(
        code.map_err(|error| RpcError::internal(&error))?
            .original_bytes(),
    )
}
