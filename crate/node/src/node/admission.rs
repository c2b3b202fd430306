//! What a transaction must keep to come into the pool.

use super::{PoolError, PoolTransaction, World};
use alloy_consensus::Transaction as _;
use alloy_primitives::U256;
use parevm::{
    Block,
    block::Transaction,
    vm::{Environment, check_intrinsic},
};

/// Whether `transaction` can come into the pool of `world`: it could be in a block to come.
///
/// # Errors
///
/// [`PoolError`], the first rule that does not hold.
pub(super) fn check(world: &World, transaction: &PoolTransaction) -> Result<(), PoolError> {
    let sender = transaction.sender();
    let account = world.account(sender);
    let nonce = transaction.nonce();
    check_itself(world, transaction)?;
    let price = transaction.sent.max_fee_per_gas();
    let least = world.price_floor();
    let is_legacy = world.chain.head().block.header.base_fee_per_gas.is_none();
    if is_legacy && price < u128::from(least) {
        return Err(PoolError::Underpriced { price, least });
    }
    if nonce < account.nonce {
        return Err(PoolError::NonceTooLow {
            nonce,
            next: account.nonce,
        });
    }
    // What waits before it has to be paid, too.
    let (ready, queued) = world.pool.of(sender, account.nonce);
    let queued = ready
        .into_iter()
        .chain(queued)
        .filter(|waiting| waiting.nonce() < nonce)
        .fold(U256::ZERO, |sum, waiting| sum.saturating_add(cost(waiting)));
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

/// What holds of a transaction whatever its sender has: chain, type, fees, gas.
fn check_itself(world: &World, transaction: &PoolTransaction) -> Result<(), PoolError> {
    let head = &world.chain.head().block.header;
    let mut header: parevm::block::Header = head.into();
    header.gas_limit = world.gas_limit();
    header.base_fee = world.chain.next_base_fee();
    // A blob fee is compared when a block is made.
    header.excess_blob_gas = header.excess_blob_gas.map(|_| 0);
    let schedule = world.chain.schedule().clone();
    let block = Block::new(world.chain.chain_id(), schedule, header, Vec::new());
    let mut environment = Environment::new(&block);
    environment.cfg.disable_base_fee = true;
    let state = world.chain.state_after(world.chain.head());
    let transaction = Transaction::from(&transaction.sent).env;
    check_intrinsic(&environment, &state, transaction).map_err(PoolError::Invalid)
}

/// Wei that a transaction may cost.
fn cost(transaction: &PoolTransaction) -> U256 {
    let sent = &transaction.sent;
    let gas = U256::from(sent.gas_limit()).saturating_mul(U256::from(sent.max_fee_per_gas()));
    let blob_fee = sent.max_fee_per_blob_gas().unwrap_or_default();
    let blobs =
        U256::from(sent.blob_gas_used().unwrap_or_default()).saturating_mul(U256::from(blob_fee));
    gas.saturating_add(blobs).saturating_add(sent.value())
}
