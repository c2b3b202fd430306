//! What plain revm says of a block that was refused.

use crate::baseline;
use parevm::{Block, BlockOutcome, ExecuteError, MemoryState};

/// Whether plain revm agrees that `refusal` is why `block` is invalid; else why not, in words.
///
/// Plain revm knows no limit of the whole block, so that one is counted anew here.
pub(super) fn hear(
    block: &Block,
    state: &MemoryState,
    refusal: &ExecuteError,
    plain: &Result<BlockOutcome, ExecuteError>,
) -> Option<String> {
    let at = match refusal {
        ExecuteError::BlockGasExceeded { index, .. }
        | ExecuteError::BlobGasExceeded { index, .. } => *index,
        _ => {
            let agrees =
                matches!(plain, Err(error) if format!("{error:?}") == format!("{refusal:?}"));
            return (!agrees).then(|| told(refusal, plain));
        }
    };
    let mut before = block.clone();
    before.transactions.truncate(at);
    let gas_used = match baseline::outcome(&before, state) {
        Ok(outcome) => outcome.gas_used,
        error => return Some(told(refusal, &error)),
    };
    let transaction = &block.transactions.get(at)?.env;
    let is_right = match refusal {
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
    (!is_right).then(|| told(refusal, plain))
}

/// Whether two refusals are the same one.
pub(super) fn same(left: &ExecuteError, right: &ExecuteError) -> bool {
    format!("{left:?}") == format!("{right:?}")
}

fn told(refusal: &ExecuteError, plain: &Result<BlockOutcome, ExecuteError>) -> String {
    match plain {
        Ok(_) => format!("refused with {refusal:?}, plain revm runs it"),
        Err(error) => format!("refused with {refusal:?}, by plain revm with {error:?}"),
    }
}
