//! `eth_getBalance`: the balance of an account in wei.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let address = params.address()?;
    let account = params.state(chain)?.state.account(address);
    reply(account.unwrap_or_default().balance)
}
