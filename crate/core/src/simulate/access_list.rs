//! The access list that makes a transaction cheapest to look up.

use super::{CallError, CallRequest, Simulation, call::failure};
use crate::vm::ExecutionResult;
use alloy_primitives::U256;
use revm::context::TransactionType;
use revm_inspectors::access_list::AccessListInspector;

pub use alloy_rpc_types_eth::AccessListResult;

/// Runs after which a list is taken as it is. A transaction that looks at its gas may touch something
/// else each time.
const MOST_RUNS: usize = 16;

impl Simulation<'_> {
    /// Returns what the transaction touches beside sender, callee and precompiles, and the gas that it
    /// uses with that list, as `eth_createAccessList` does. A transaction that fails has a list
    /// too; the result names the failure.
    ///
    /// # Errors
    ///
    /// As [`Simulation::call`], but for calls that revert or halt.
    pub fn create_access_list(&self, request: &CallRequest) -> Result<AccessListResult, CallError> {
        let (mut transaction, environment) = self.read(request)?;
        if transaction.tx_type == TransactionType::Legacy as u8 {
            transaction.tx_type = TransactionType::Eip2930 as u8;
        }
        let mut runs = 0;
        loop {
            let given = transaction.access_list.clone();
            let inspector = AccessListInspector::new(given.clone());
            let (result, inspector) = self.inspect(transaction.clone(), &environment, inspector)?;
            let access_list = inspector.into_access_list();
            runs += 1;
            if access_list == given || runs == MOST_RUNS {
                let gas_used = U256::from(result.tx_gas_used());
                let error = match result {
                    ExecutionResult::Success { .. } => None,
                    // The reason is left out here.
                    ExecutionResult::Revert { .. } => Some("execution reverted".to_owned()),
                    halted => Some(failure(halted).to_string()),
                };
                return Ok(AccessListResult {
                    access_list,
                    gas_used,
                    error,
                });
            }
            transaction.access_list = access_list;
        }
    }
}
