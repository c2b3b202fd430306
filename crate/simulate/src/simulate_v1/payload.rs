//! Payload of `eth_simulateV1`.

use super::{MAX_SIMULATE_BLOCKS, SimulateError};
use crate::{BlockOverrides, CallRequest, StateOverride};
use alloy_eips::eip4895::Withdrawals;
use serde::{Deserialize, Serialize};

/// Payload of `eth_simulateV1`: the blocks to simulate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatePayload {
    /// Blocks in order: at least one, at most 256.
    pub block_state_calls: Vec<BlockCalls>,
    /// Adds a log of the address 0xeee...eee (ERC-7528) for each transfer of ether. Default: false.
    #[serde(default)]
    pub trace_transfers: bool,
    /// Checks nonces and fees as for real transactions. Signatures, the sender's code and the gas limit of
    /// a transaction (EIP-7825) are never checked. Default: false.
    #[serde(default)]
    pub validation: bool,
    /// Returns full transactions instead of their hashes. Default: false.
    #[serde(default)]
    pub return_full_transactions: bool,
}

/// Most calls of one block, as in geth.
const MOST_CALLS_OF_BLOCK: usize = 5_000;

/// Most calls of one payload, as in geth.
const MOST_CALLS: usize = 10_000;

impl SimulatePayload {
    /// Checks the number of blocks and calls.
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

/// Block of the payload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BlockCalls {
    /// Header fields of the block.
    pub block_overrides: SimulatedBlockOverrides,
    /// Account overrides before the block. They persist in later blocks, those of precompiles do not.
    pub state_overrides: StateOverride,
    /// Transactions: at most 5,000, and 10,000 in all blocks. Defaults of a transaction: EIP-1559 type, the
    /// sender's nonce, no fee.
    pub calls: Vec<CallRequest>,
}

/// Header fields of a simulated block. Defaults: number and time are the parent's plus one and plus 12 s; fee
/// recipient and gas limit are the parent's; the base fee is zero, or with validation that of EIP-1559.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedBlockOverrides {
    /// Fields that a single call can override too.
    #[serde(flatten)]
    pub header: BlockOverrides,
    /// Withdrawals (EIP-4895). Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawals: Option<Withdrawals>,
}
