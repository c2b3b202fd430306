//! `anvil_reorg`: replaces the newest blocks of the chain by as many new ones (anvil), which contain the given
//! transactions and none of the pool. A transaction is a request or signed bytes, with the position of its block
//! among the new ones, from zero; one that does not fit its block is left out.

use super::anvil_rollback::roll_back;
use crate::{
    node::{Impersonated, Node, RequestContext},
    pool::PoolTransaction,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::Bytes;
use parevm_simulate::CallRequest;
use serde::Deserialize;
use std::sync::Arc;

/// Transaction of a new block.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Given {
    Signed(Bytes),
    Request(Box<CallRequest>),
}

pub(super) fn answer(
    node: &mut Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let depth = params.needed_number("depth")?;
    let pairs: Vec<(Given, u64)> = params.optional("tx_block_pairs")?.unwrap_or_default();
    if let Some((index, (_, block))) = pairs
        .iter()
        .enumerate()
        .find(|(_, (_, block))| *block >= depth)
    {
        let reason = format!(
            "Block number for reorg tx will exceed the reorged chain height. Block number {block} must not exceed (depth-1) {}",
            depth.saturating_sub(1)
        );
        return Err(RpcError::invalid(
            &format!("tx_block_pairs[{index}]"),
            reason,
        ));
    }
    let replaced = node.chain().head().hash;
    roll_back(node, context, depth, "Reorg")?;
    // Else the first new block could equal the one that it replaces.
    node.state_mut().prev_randao = Some(alloy_primitives::keccak256(replaced));
    for position in 0..depth {
        context.limits.call.ask()?;
        let mut transactions: Vec<Arc<PoolTransaction>> = Vec::new();
        for (given, _) in pairs.iter().filter(|(_, block)| *block == position) {
            context.limits.call.ask()?;
            let transaction = sent(node, context, given.clone(), &transactions)?;
            transactions.push(Arc::new(transaction));
        }
        node.mine_of(context, &transactions)?;
    }
    reply(())
}

/// Returns the transaction `given`, which follows `earlier` in its block.
fn sent(
    node: &Node,
    context: &RequestContext<'_>,
    given: Given,
    earlier: &[Arc<PoolTransaction>],
) -> Result<PoolTransaction, RpcError> {
    let mut request = match given {
        Given::Signed(bytes) => return Ok(PoolTransaction::decode(&bytes, node.spec())?),
        Given::Request(request) => *request,
    };
    if request.nonce.is_none() {
        let sender = node.sender(&request)?;
        let before = earlier.iter().filter(|one| one.sender() == sender).count() as u64;
        request.nonce = Some(node.state().account(sender).nonce.saturating_add(before));
    }
    node.sign_request(context, request, Impersonated::Taken)
}
