//! `eth_getBlockAccessList`: the block access list of a block (EIP-7928, execution-apis); null where the block is not
//! known or pending, an error before Amsterdam. It is made again by running the block.

use super::{
    ErrorCode, Json, RequestLimits, RpcError,
    params::{Params, is_pending},
    replay::Replay,
};
use crate::chain::Chain;
use parevm::build::ExecutedBlock;
use parevm::{
    bal::BlockAccessList,
    execute::{AccessListOutput, ExecuteError, ExecuteOptions, Sequential},
};

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let list = named(chain, params, limits)?;
    params.reply(list)
}

/// The access list of the block that the next parameter names.
pub(super) fn named(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Option<BlockAccessList>, RpcError> {
    let is_pending = params.peek().is_some_and(is_pending);
    let block = params.block(chain)?.filter(|_| !is_pending);
    block.map(|block| list_of(chain, block, limits)).transpose()
}

fn list_of(
    chain: &Chain,
    block: &ExecutedBlock,
    limits: &RequestLimits<'_>,
) -> Result<BlockAccessList, RpcError> {
    if block.block.header.block_access_list_hash.is_none() {
        let reason = format!(
            "block {} has no block access list: it is before Amsterdam",
            block.number()
        );
        return Err(RpcError::new(ErrorCode::ResourceNotFound, reason));
    }
    // Nothing ran in the first block.
    if block.hash == chain.genesis().hash {
        return Ok(BlockAccessList::default());
    }
    let Replay {
        block,
        environment,
        before,
    } = &Replay::new(chain, block)?;
    let options = ExecuteOptions {
        access_list_output: AccessListOutput::Returned,
        ..ExecuteOptions::default()
    };
    let watch = limits.call.watch;
    let mut run = Sequential::new(block, environment, before, &options)?;
    while run.step_watched(watch)?.is_some() {
        limits.call.ask()?;
    }
    let executed = run.finish("for the access list")?;
    let missing = ExecuteError::Bug {
        invariant: "a run that is to return an access list has one",
    };
    Ok(executed.block_access_list.ok_or(missing)?)
}
