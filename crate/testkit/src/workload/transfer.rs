//! Plain transfers.

use super::{GAS_PRICE, block, call, fund, receiver, user};
use alloy_primitives::U256;
use parevm::{Block, MemoryState, vm::SpecId};

/// Generates `count` plain transfers with distinct senders and recipients.
///
/// # Example
///
/// ```
/// use parevm::{Engine, ExecuteOptions};
///
/// let (block, state) = parevm_testkit::workload::transfers(2);
/// let outcome = Engine::new(2)?.execute(&block, &state, &ExecuteOptions::default())?;
/// assert_eq!(outcome.gas_used, 42_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn transfers(count: usize) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    let transactions = (0..count as u64)
        .map(|index| {
            fund(&mut state, user(index));
            call(user(index), 0, receiver(index), 21_000, 1)
        })
        .collect();
    (block(SpecId::OSAKA, transactions), state)
}

/// Generates `count` plain transfers of one sender, with consecutive nonces.
#[must_use]
pub fn one_sender(count: usize) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    fund(&mut state, user(0));
    let transactions = (0..count as u64)
        .map(|nonce| call(user(0), nonce, receiver(nonce), 21_000, 1))
        .collect();
    (block(SpecId::OSAKA, transactions), state)
}

/// Generates a chain of `count` transfers: each sender is funded by the previous transaction.
#[must_use]
pub fn passed_on(count: usize) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    fund(&mut state, user(0));
    let fee = U256::from(21_000 * GAS_PRICE);
    let mut value = U256::from(count) * (fee + U256::from(1));
    let transactions = (0..count as u64)
        .map(|index| {
            let mut transaction = call(user(index), 0, user(index + 1), 21_000, 0);
            transaction.env.value = value;
            value -= fee + U256::from(1);
            transaction
        })
        .collect();
    (block(SpecId::OSAKA, transactions), state)
}
