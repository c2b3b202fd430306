//! `anvil_setMinGasPrice`: sets the minimum gas price of transactions before London in wei (anvil, hardhat). From
//! London on the base fee is the minimum, and the method is refused.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};
use parevm::vm::SpecId;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let name = "gas price";
    let price = params.needed_number(name)?;
    if node.spec().is_enabled_in(SpecId::LONDON) {
        let reason = "anvil_setMinGasPrice is not supported when EIP-1559 is active";
        return Err(RpcError::invalid(name, reason));
    }
    node.state_mut().min_gas_price = Some(price);
    reply(())
}
