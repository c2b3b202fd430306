//! `anvil_setChainId`: sets the chain id of later blocks (anvil), of transactions and of the node's signatures.
//! Existing blocks keep theirs.

use crate::{
    node::{Node, RequestContext},
    request::{Json, Params, RpcError, reply},
};

/// Maximum chain id whose signatures fit 64 bits (EIP-2294).
const MOST_CHAIN_ID: u64 = u64::MAX / 2 - 36;

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    _: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let name = "chain id";
    let chain_id = params.needed_number(name)?;
    if !(1..=MOST_CHAIN_ID).contains(&chain_id) {
        let reason = format!("{chain_id} is not from 1 to {MOST_CHAIN_ID}");
        return Err(RpcError::invalid(name, reason));
    }
    node.state_mut().chain.set_chain_id(chain_id);
    reply(())
}
