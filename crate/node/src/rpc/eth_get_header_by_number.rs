//! `eth_getHeaderByNumber`: the header of a block of the head's branch, without its size (geth); null where there is
//! none. The pending header has no hash, nonce and miner.

use crate::{
    chain::Chain,
    object::block::head_of,
    request::{Json, Params, RpcError, is_pending, reply},
};
use alloy_rpc_types_eth::Header;
use parevm::build::ExecutedBlock;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let is_pending = params.peek().is_some_and(is_pending);
    let Some(stored) = params.block(chain)? else {
        return reply(());
    };
    let mut header =
        serde_json::to_value(header(stored)).map_err(|error| RpcError::internal(&error))?;
    if is_pending {
        for field in ["hash", "nonce", "miner"] {
            header[field] = Value::Null;
        }
    }
    reply(header)
}

/// Returns the header of `block`.
pub(super) fn header(block: &ExecutedBlock) -> Header {
    Header {
        size: None,
        ..head_of(block)
    }
}
