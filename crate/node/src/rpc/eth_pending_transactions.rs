//! `eth_pendingTransactions`: the executable transactions of the pool, in order of senders and nonces (anvil,
//! hardhat; geth has only those of its own accounts).

use crate::{
    node::Node,
    object::pending,
    request::{Json, Params, RpcError},
};

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let state = node.state();
    let mut all = Vec::new();
    for sender in state.pool.senders() {
        let (ready, _) = state.pool.of(sender, state.account(sender).nonce);
        for transaction in params.asked(ready) {
            let transaction = transaction?;
            all.push(pending::json(&transaction.sent)?);
        }
    }
    params.reply(all)
}
