//! `anvil_setBalance`: sets the balance of an account in wei.

use super::{Json, RequestContext, RpcError, params::Params, reply};
use crate::node::Node;
use alloy_primitives::U256;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let address = params.address()?;
    let balance: U256 = params.required("balance")?;
    node.world_mut()
        .change_account(address, |account| account.balance = balance);
    reply(())
}
