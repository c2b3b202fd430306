//! What is asked for.

use super::{MAX_SIMULATE_BLOCKS, SimulateError};
use crate::{BlockOverrides, CallRequest, StateOverride};
use alloy_eips::eip4895::Withdrawals;
use serde::{Deserialize, Serialize};

/// The blocks that are asked for, as `eth_simulateV1` has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatePayload {
    /// The blocks in order: at least one, at most 256.
    pub block_state_calls: Vec<BlockCalls>,
    /// Shows each transfer of ether as a log of the address 0xeee...eee (ERC-7528). Default: no.
    #[serde(default)]
    pub trace_transfers: bool,
    /// Checks nonces and fees as for real transactions. Signatures, the sender's code and the gas limit of
    /// a transaction (EIP-7825) are never checked. Default: no.
    #[serde(default)]
    pub validation: bool,
    /// Answers with whole transactions in place of their hashes. Default: no.
    #[serde(default)]
    pub return_full_transactions: bool,
}

/// Most calls of one block, as in geth.
const MOST_CALLS_OF_BLOCK: usize = 5_000;

/// Most calls of one request, as in geth.
const MOST_CALLS: usize = 10_000;

impl SimulatePayload {
    /// Whether there are as many blocks and calls as there may be.
    pub(super) fn check(&self) -> Result<(), SimulateError> {
        let blocks = &self.block_state_calls;
        if blocks.is_empty() {
            return Err(SimulateError::NoBlocks);
        }
        if blocks.len() as u64 > MAX_SIMULATE_BLOCKS {
            return Err(SimulateError::TooManyBlocks);
        }
        let mut total = 0;
        for block in blocks {
            let calls = block.calls.len();
            if calls > MOST_CALLS_OF_BLOCK {
                let limit = MOST_CALLS_OF_BLOCK;
                return Err(SimulateError::TooManyCallsInBlock { calls, limit });
            }
            total += calls;
            if total > MOST_CALLS {
                return Err(SimulateError::TooManyCalls {
                    calls: total,
                    limit: MOST_CALLS,
                });
            }
        }
        Ok(())
    }
}

/// One block that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BlockCalls {
    /// Facts of the block.
    pub block_overrides: SimulatedBlockOverrides,
    /// Accounts that are changed before the block begins; they stay so. What is changed of precompiles
    /// holds for this block.
    pub state_overrides: StateOverride,
    /// The transactions, 5,000 at most and 10,000 in all blocks. Default: of the newest type, with the
    /// sender's nonce and without a fee.
    pub calls: Vec<CallRequest>,
}

/// Facts of a block. By default number and time are one and 12 s more than the parent's, the receiver of
/// fees and the gas limit are the parent's, and the base fee is zero, with validation what follows from the
/// parent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedBlockOverrides {
    /// The facts that every simulation knows.
    #[serde(flatten)]
    pub facts: BlockOverrides,
    /// Payments of the consensus layer (EIP-4895). Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawals: Option<Withdrawals>,
}
