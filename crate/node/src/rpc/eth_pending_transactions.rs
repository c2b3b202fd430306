//! `eth_pendingTransactions`: the transactions in the pool that the next block could hold, in order of senders and
//! nonces (anvil, hardhat; geth has only those of its own accounts).

use super::{Json, RpcError, object::waiting, params::Params};
use crate::node::Node;

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let world = node.world();
    let mut all = Vec::new();
    for sender in world.pool.senders() {
        let (ready, _) = world.pool.of(sender, world.account(sender).nonce);
        for transaction in params.asked(ready) {
            let transaction = transaction?;
            all.push(waiting::json(&transaction.sent)?);
        }
    }
    params.reply(all)
}
