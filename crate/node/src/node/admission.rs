//! Admission of transactions to the pool.

use super::{Node, NodeState, RequestContext};
use crate::{
    pool::{PoolError, PoolTransaction},
    request::RpcError,
};
use alloy_consensus::Transaction as _;
use alloy_primitives::{B256, U256};
use parevm::{
    Block,
    block::Transaction,
    vm::{Environment, check_intrinsic},
};

impl Node {
    /// Adds a transaction to the pool, mines a block where automine is on, and returns the hash of the transaction.
    ///
    /// # Errors
    ///
    /// [`RpcError`] of the [`PoolError`], or of the block.
    pub(crate) fn submit(
        &mut self,
        context: &RequestContext<'_>,
        transaction: PoolTransaction,
    ) -> Result<B256, RpcError> {
        let (hash, sender) = (transaction.hash(), transaction.sender());
        if self.state.pool.get(hash).is_some() {
            return Err(PoolError::AlreadyKnown.into());
        }
        check(&self.state, &transaction)?;
        let is_next = transaction.nonce() == self.state.account(sender).nonce;
        let makes_block = self.mining.automine && is_next;
        let max_fee = transaction.sent.max_fee_per_gas();
        let base_fee = self.state.next_base_fee();
        if makes_block && max_fee < u128::from(base_fee) {
            return Err(PoolError::FeeTooLow {
                sender,
                max_fee,
                base_fee,
            }
            .into());
        }
        let sent = transaction.sent.clone();
        self.state.pool.add(transaction)?;
        self.filters.on_transaction(&sent, context.now);
        self.subscriptions.on_transaction(&sent)?;
        if makes_block {
            self.mine(context)?;
            if self.chain().transaction(hash).is_none() {
                let reason = "the transaction does not fit the block that was made for it";
                return Err(RpcError::server(reason.to_owned()));
            }
        }
        Ok(hash)
    }
}

/// Checks whether `transaction` can enter the pool of `node`: a later block could include it.
///
/// # Errors
///
/// [`PoolError`]: the first violated rule.
pub(super) fn check(node: &NodeState, transaction: &PoolTransaction) -> Result<(), PoolError> {
    let sender = transaction.sender();
    let account = node.account(sender);
    let nonce = transaction.nonce();
    check_itself(node, transaction)?;
    let price = transaction.sent.max_fee_per_gas();
    let least = node.price_floor();
    let is_legacy = node.chain.head().block.header.base_fee_per_gas.is_none();
    if is_legacy && price < u128::from(least) {
        return Err(PoolError::Underpriced { price, least });
    }
    if nonce < account.nonce {
        return Err(PoolError::NonceTooLow {
            nonce,
            next: account.nonce,
        });
    }
    // The balance must also cover pending transactions with lower nonces.
    let (ready, queued) = node.pool.of(sender, account.nonce);
    let queued = ready
        .into_iter()
        .chain(queued)
        .filter(|pending| pending.nonce() < nonce)
        .fold(U256::ZERO, |sum, pending| sum.saturating_add(cost(pending)));
    let (balance, cost) = (account.balance, cost(transaction));
    if balance < cost {
        return Err(PoolError::InsufficientFunds { balance, cost });
    }
    if balance < queued.saturating_add(cost) {
        return Err(PoolError::Overdraft {
            balance,
            queued,
            cost,
        });
    }
    Ok(())
}

/// Checks chain, type, fees and gas, which do not depend on the sender's account.
fn check_itself(node: &NodeState, transaction: &PoolTransaction) -> Result<(), PoolError> {
    let head = &node.chain.head().block.header;
    let mut header: parevm::block::Header = head.into();
    header.gas_limit = node.gas_limit();
    header.base_fee = node.chain.next_base_fee();
    // The blob fee is checked when a block is built.
    header.excess_blob_gas = header.excess_blob_gas.map(|_| 0);
    let schedule = node.chain.schedule().clone();
    let block = Block::new(node.chain.chain_id(), schedule, header, Vec::new());
    let mut environment = Environment::new(&block);
    environment.cfg.disable_base_fee = true;
    let state = node.chain.state_after(node.chain.head());
    let transaction = Transaction::from(&transaction.sent).env;
    check_intrinsic(&environment, &state, transaction).map_err(PoolError::Invalid)
}

/// Returns the maximum cost of a transaction in wei.
fn cost(transaction: &PoolTransaction) -> U256 {
    let sent = &transaction.sent;
    let gas = U256::from(sent.gas_limit()).saturating_mul(U256::from(sent.max_fee_per_gas()));
    let blob_fee = sent.max_fee_per_blob_gas().unwrap_or_default();
    let blobs =
        U256::from(sent.blob_gas_used().unwrap_or_default()).saturating_mul(U256::from(blob_fee));
    gas.saturating_add(blobs).saturating_add(sent.value())
}
