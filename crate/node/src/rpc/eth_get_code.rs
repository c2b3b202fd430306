//! `eth_getCode`: the code of an account, a delegation as its designator.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let address = params.address()?;
    let state = &params.state(chain)?.state;
    let account = state.account(address).unwrap_or_default();
    let code = state.code(account.code_hash);
    params.reply(
        code.map_err(|error| RpcError::internal(&error))?
            .original_bytes(),
    )
}
