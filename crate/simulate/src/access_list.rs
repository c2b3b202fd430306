//! Access list of a call (EIP-2930).

use crate::{CallError, CallRequest, Simulation, price::set_open_fees};
use alloy_primitives::U256;
use parevm::{
    state::StateSource,
    vm::{Environment, ExecutionResult, TxEnv},
};
use revm::context::TransactionType;
use revm_inspectors::access_list::AccessListInspector;

pub use alloy_rpc_types_eth::AccessListResult;

/// Most runs until the list must be stable. A transaction that reads its gas may access something else each time.
const MOST_RUNS: usize = 16;

impl Simulation<'_> {
    /// Returns the access list of the transaction and the gas that it uses with that list, as
    /// `eth_createAccessList` does. The list omits sender, callee and precompiles. A transaction that fails has a
    /// list too; [`AccessListResult::error`] is its failure.
    ///
    /// As in geth, a request without a price has the price with which it would be sent, which its sender need not
    /// be able to pay.
    ///
    /// # Errors
    ///
    /// As [`Simulation::call`], except [`CallError::Reverted`] and [`CallError::Halted`].
    pub fn create_access_list(&self, request: &CallRequest) -> Result<AccessListResult, CallError> {
        let (mut transaction, environment) = self.resolve_priced(request)?;
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
                    error.in_context(|message| {
                        format!("failed to apply transaction: err: {message}")
                    })
                })?;
            let access_list = inspector.into_access_list();
            runs += 1;
            if access_list == given || runs == MOST_RUNS {
                let gas_used = U256::from(result.tx_gas_used());
                let error = match result {
                    ExecutionResult::Success { .. } => None,
                    // geth omits the reason here.
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

    /// Resolves `request` with the price with which it would be sent.
    fn resolve_priced(&self, request: &CallRequest) -> Result<(TxEnv, Environment), CallError> {
        let mut priced = request.clone();
        let (spec, base_fee) = (self.environment.spec(), self.environment.block.basefee);
        set_open_fees(&mut priced, spec, base_fee);
        let has_price = request.gas_price.is_some() || request.max_fee_per_gas.is_some();
        let (transaction, mut environment) = self.resolve(&priced)?;
        let gas_fee = u128::from(transaction.gas_limit).checked_mul(transaction.gas_price);
        // Without the balance check revm requires that the fees do not overflow.
        if !has_price && gas_fee.is_some() && transaction.blob_hashes.is_empty() {
            let sender = self.state.account(transaction.caller)?.unwrap_or_default();
            environment.cfg.disable_balance_check = transaction.value <= sender.balance;
        }
        Ok((transaction, environment))
    }
}
