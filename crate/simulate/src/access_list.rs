//! The access list that makes a transaction cheapest to look up.

use super::{CallError, CallRequest, Simulation, price::set_open_fees};
use alloy_primitives::U256;
use parevm::{
    state::StateSource,
    vm::{Environment, ExecutionResult, TxEnv},
};
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
    /// As in geth, a request that names no price has the one that a transaction would be sent with; but
    /// its sender need not be able to pay it.
    ///
    /// # Errors
    ///
    /// As [`Simulation::call`], but for calls that revert or halt.
    pub fn create_access_list(&self, request: &CallRequest) -> Result<AccessListResult, CallError> {
        let (mut transaction, environment) = self.priced(request)?;
        if transaction.tx_type == TransactionType::Legacy as u8 {
            transaction.tx_type = TransactionType::Eip2930 as u8;
        }
        let mut runs = 0;
        loop {
            let given = transaction.access_list.clone();
            let mut inspector = AccessListInspector::new(given.clone());
            let result = self
                .inspect(transaction.clone(), &environment, &mut inspector)
                .map_err(|error| {
                    error.said(|words| format!("failed to apply transaction: err: {words}"))
                })?;
            let access_list = inspector.into_access_list();
            runs += 1;
            if access_list == given || runs == MOST_RUNS {
                let gas_used = U256::from(result.tx_gas_used());
                let error = match result {
                    ExecutionResult::Success { .. } => None,
                    // The reason is left out here.
                    ExecutionResult::Revert { .. } => Some("execution reverted".to_owned()),
                    halted => {
                        let error = self.failure(halted, transaction, &environment);
                        Some(error.to_string())
                    }
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

    /// The transaction that `request` means, with a price.
    fn priced(&self, request: &CallRequest) -> Result<(TxEnv, Environment), CallError> {
        let mut priced = request.clone();
        let (spec, base_fee) = (self.environment.spec(), self.environment.block.basefee);
        set_open_fees(&mut priced, spec, base_fee);
        let names_price = request.gas_price.is_some() || request.max_fee_per_gas.is_some();
        let (transaction, mut environment) = self.read(&priced)?;
        let gas_fee = u128::from(transaction.gas_limit).checked_mul(transaction.gas_price);
        // Without a check the EVM expects that the fees are numbers.
        if !names_price && gas_fee.is_some() && transaction.blob_hashes.is_empty() {
            let sender = self.state.account(transaction.caller)?.unwrap_or_default();
            environment.cfg.disable_balance_check = transaction.value <= sender.balance;
        }
        Ok((transaction, environment))
    }
}
