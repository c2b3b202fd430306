//! `debug_traceBlock`: the traces of the transactions of a block in RLP, which need not be in the chain; its parent
//! must be (geth).

use super::replay;
use crate::{
    chain::Chain,
    request::{Json, Params, RequestLimits, RpcError},
};
use alloy_primitives::Bytes;
use parevm::block::{Block, rlp};

/// Maximum number of transactions whose senders are recovered: plain transfers of 210,000,000 gas.
const MAX_TRANSACTIONS: usize = 10_000;

pub(super) fn answer(
    chain: &Chain,
    params: &mut Params<'_>,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let name = "block";
    let bytes: Bytes = params.required(name)?;
    let options = params.optional("options")?;
    let block = rlp::decode(&bytes).map_err(|error| RpcError::invalid(name, error))?;
    let hash = block.header.hash_slow();
    // Transactions of impersonated accounts are unsigned: the chain knows their senders.
    if let Some(known) = chain.block(hash) {
        return replay::answer(chain, known, options, limits);
    }
    let found = block.body.transactions.len();
    if found > MAX_TRANSACTIONS {
        let reason = format!("{found} transactions, at most {MAX_TRANSACTIONS} are traced");
        return Err(RpcError::invalid(name, reason));
    }
    let parent_hash = block.header.parent_hash;
    let chain_id = chain.chain_id_at(block.header.number);
    let read = || Block::from_alloy(block, chain_id, chain.schedule().clone());
    let read = match limits.engine {
        Some(engine) => engine.pool().install(read),
        None => read(),
    };
    let input = read.map_err(|error| RpcError::invalid(name, error))?;
    let replay = replay::Replay::on(chain, parent_hash, input)?;
    replay::traces(&replay, options, limits)
}
