//! `eth_getUncleByBlockNumberAndIndex`: an ommer of a block as a block without transactions; null where there
//! is none.

use crate::{
    chain::Chain,
    object,
    request::{Json, Params, RpcError, reply},
};

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let block = params.block(chain)?;
    let index = params.index()?;
    let ommer = block.and_then(|block| block.block.body.ommers.get(index));
    reply(ommer.map(object::block::ommer))
}
