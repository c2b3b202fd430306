//! `anvil_setBalance`: sets the balance of an account in wei.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::U256;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let address = params.address()?;
    let balance: U256 = params.required("balance")?;
    node.state_mut()
        .change_account(address, |account| account.balance = balance);
    reply(())
}
