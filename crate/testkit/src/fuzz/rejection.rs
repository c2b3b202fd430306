//! Confirmation by plain revm that a rejected block is invalid.

use crate::reference;
use parevm::{Block, BlockOutcome, ExecuteError, MemoryState};

/// Returns `None` if plain revm, with the result `plain`, confirms that `rejection` is the error of `block`; otherwise
/// the reason in words.
///
/// Plain revm does not check the limits of the whole block, so this function checks them.
pub(super) fn unconfirmed(
    block: &Block,
    state: &MemoryState,
    rejection: &ExecuteError,
    plain: &Result<BlockOutcome, ExecuteError>,
) -> Option<String> {
    let at = match rejection {
        ExecuteError::BlockGasExceeded { index, .. }
        | ExecuteError::BlobGasExceeded { index, .. } => *index,
        _ => {
            let agrees =
                matches!(plain, Err(error) if format!("{error:?}") == format!("{rejection:?}"));
            return (!agrees).then(|| describe(rejection, plain));
        }
    };
    let mut before = block.clone();
    before.transactions.truncate(at);
    let gas_used = match reference::outcome(&before, state) {
        Ok(outcome) => outcome.gas_used,
        error => return Some(describe(rejection, &error)),
    };
    let transaction = &block.transactions.get(at)?.env;
    let is_confirmed = match rejection {
        ExecuteError::BlockGasExceeded { .. } => {
            gas_used + transaction.gas_limit > block.header.gas_limit
        }
        _ => {
            let blobs = |block: &Block| -> usize {
                let each = block
                    .transactions
                    .iter()
                    .map(|one| one.env.blob_hashes.len());
                each.sum()
            };
            let (number, time) = (block.header.number, block.header.timestamp);
            let params = block.schedule.blob_params(number, time);
            let most = params.map_or(0, |params| params.max_blob_count);
            (blobs(&before) + transaction.blob_hashes.len()) as u64 > most
        }
    };
    (!is_confirmed).then(|| describe(rejection, plain))
}

/// Returns true if two errors are equal.
pub(super) fn same(left: &ExecuteError, right: &ExecuteError) -> bool {
    format!("{left:?}") == format!("{right:?}")
}

fn describe(rejection: &ExecuteError, plain: &Result<BlockOutcome, ExecuteError>) -> String {
    match plain {
        Ok(_) => format!("rejected with {rejection:?}, plain revm accepts it"),
        Err(error) => format!("rejected with {rejection:?}, by plain revm with {error:?}"),
    }
}
