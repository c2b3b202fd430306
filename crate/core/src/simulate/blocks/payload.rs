//! What is asked for.

use crate::simulate::{BlockOverrides, CallRequest, StateOverride};
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

/// One block that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BlockCalls {
    /// Facts of the block.
    pub block_overrides: SimulatedBlockOverrides,
    /// Accounts that are changed before the block begins; they stay so. What is changed of precompiles
    /// holds for this block.
    pub state_overrides: StateOverride,
    /// The transactions. Default: of the newest type, with the sender's nonce and without a fee.
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
