//! State roots of receipts before Byzantium.

use super::ExecutedBlock;
use crate::{
    block::Block,
    execute::{ExecuteError, ExecuteOptions, Sequential},
    interrupt::Watch,
    state::StateSource,
    vm::Environment,
};
use alloy_primitives::B256;

/// Returns the state root after each transaction of `block`, which receipts contain before Byzantium. `state` is the
/// state after `parent` with the block hashes.
///
/// # Errors
///
/// As the execution of the block; [`ExecuteError::Interrupted`] if `watch` interrupts it.
pub fn receipt_roots(
    block: &Block,
    environment: &Environment,
    parent: &ExecutedBlock,
    state: &dyn StateSource,
    watch: Option<Watch<'_>>,
) -> Result<Vec<B256>, ExecuteError> {
    let options = ExecuteOptions::default();
    let mut run = Sequential::new(block, environment, state, &options)?;
    let mut roots = Vec::with_capacity(block.transactions.len());
    while run.step()?.is_some() {
        if let Some(interrupt) = watch.and_then(|watch| watch()) {
            return Err(ExecuteError::Interrupted(interrupt));
        }
        let mut after = parent.state.clone();
        after.apply(&run.state_diff());
        roots.push(after.root());
    }
    Ok(roots)
}
