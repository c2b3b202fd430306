//! Simulated block with the results of its calls.

use super::CallResult;
use parevm::build::ExecutedBlock;
use std::sync::Arc;

/// Simulated block with the results of its calls.
#[derive(Clone, Debug)]
pub struct SimulatedBlock {
    /// Block with its receipts and the state after it. Its transactions have signatures of zeros.
    pub block: Arc<ExecutedBlock>,
    /// Results of the calls, one per transaction. Their logs include transfers of ether if requested; receipts and
    /// roots never do.
    pub calls: Vec<CallResult>,
}
