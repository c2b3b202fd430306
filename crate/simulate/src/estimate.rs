//! Estimate of the gas limit of a call.

use crate::{CallError, CallRequest, Rejected, Simulation};
use alloy_eips::{eip4844::DATA_GAS_PER_BLOB, eip7825::MAX_TX_GAS_LIMIT_OSAKA};
use alloy_primitives::{KECCAK256_EMPTY, TxKind, U256};
use parevm::{
    state::StateSource,
    vm::{Environment, ExecutionResult, HaltReason, InvalidTransaction, SpecId, TxEnv},
};

/// Gas of a plain transfer.
const TRANSFER: u64 = 21_000;

/// Gas that a call with value adds for its callee.
const STIPEND: u64 = 2_300;

/// Largest excess of an estimate over the least gas limit, in thousandths of the estimate.
const TOLERANCE: u64 = 15;

impl Simulation<'_> {
    /// Returns a gas limit with which the transaction succeeds, as `eth_estimateGas` does: at most 1.5 %
    /// above the least one, and exact for a plain transfer.
    ///
    /// The search is geth's, so estimates are equal. Its upper bound is the least of request, block, limits and
    /// what the sender can pay.
    ///
    /// # Errors
    ///
    /// As [`Simulation::call`], and [`CallError::GasRequired`]: all the gas that it may use is not enough.
    pub fn estimate_gas(&self, request: &CallRequest) -> Result<u64, CallError> {
        let (transaction, environment) = self.resolve(request)?;
        self.least_gas(transaction, environment, request.gas)
    }

    /// Returns a gas limit, at most `requested`, with which `transaction` succeeds.
    pub(super) fn least_gas(
        &self,
        transaction: TxEnv,
        environment: Environment,
        requested: Option<u64>,
    ) -> Result<u64, CallError> {
        let search = GasSearch {
            simulation: self,
            transaction,
            environment,
        };
        search.run(requested)
    }

    /// Returns the gas that `transaction` may use: the least of block, transaction cap, limits, and what its sender
    /// can pay.
    pub(super) fn most_gas(
        &self,
        transaction: &TxEnv,
        environment: &Environment,
    ) -> Result<u64, CallError> {
        let search = GasSearch {
            simulation: self,
            transaction: transaction.clone(),
            environment: environment.clone(),
        };
        search.most(None)
    }
}

/// Binary search for the least gas limit.
struct GasSearch<'s, 'a> {
    simulation: &'s Simulation<'a>,
    transaction: TxEnv,
    environment: Environment,
}

/// Outcome of an attempt with some gas limit.
enum Attempt {
    Succeeded(ExecutionResult),
    /// Failed; `None` if the limit does not cover the intrinsic gas.
    Failed(Option<ExecutionResult>),
}

impl GasSearch<'_, '_> {
    fn run(&self, requested: Option<u64>) -> Result<u64, CallError> {
        let mut high = self.most(requested)?;
        if self.is_plain_transfer()? {
            match self.attempt(TRANSFER) {
                Ok(Attempt::Succeeded(_)) => return Ok(TRANSFER),
                // The attempt with the upper bound returns the error.
                Ok(Attempt::Failed(_)) | Err(CallError::Invalid(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let result = match self.attempt(high)? {
            Attempt::Succeeded(result) => result,
            Attempt::Failed(None) => return Err(CallError::GasRequired { allowance: high }),
            Attempt::Failed(Some(ExecutionResult::Halt {
                reason: HaltReason::OutOfGas(_),
                ..
            })) => return Err(CallError::GasRequired { allowance: high }),
            Attempt::Failed(Some(failed)) => {
                let transaction = self.with_gas(high);
                let simulation = self.simulation;
                return Err(simulation.failure(failed, transaction, &self.environment));
            }
        };
        let gas = result.gas();
        // Less than the gas used is never enough.
        let mut low = gas.tx_gas_used().saturating_sub(1);
        // Gas before refunds, with the 63/64 rule of calls, is nearly always enough.
        let peak = gas.total_gas_spent().max(gas.floor_gas());
        let guess = peak.saturating_add(STIPEND).saturating_mul(64) / 63;
        if guess < high {
            self.narrow(guess, &mut low, &mut high)?;
        }
        while low + 1 < high && (high - low).saturating_mul(1_000) >= high.saturating_mul(TOLERANCE)
        {
            // Most transactions need little more than they use, so the search favours the low side.
            let midpoint = low + (high - low) / 2;
            self.narrow(midpoint.min(low.saturating_mul(2)), &mut low, &mut high)?;
        }
        Ok(high)
    }

    fn narrow(&self, gas_limit: u64, low: &mut u64, high: &mut u64) -> Result<(), CallError> {
        match self.attempt(gas_limit)? {
            Attempt::Succeeded(_) => *high = gas_limit,
            Attempt::Failed(_) => *low = gas_limit,
        }
        Ok(())
    }

    /// Returns the upper bound of the search.
    fn most(&self, requested: Option<u64>) -> Result<u64, CallError> {
        let transaction = &self.transaction;
        let mut most = requested
            .filter(|gas| *gas >= TRANSFER)
            .unwrap_or(self.environment.block.gas_limit);
        let spec = self.environment.spec();
        if spec.is_enabled_in(SpecId::OSAKA) && !spec.is_enabled_in(SpecId::AMSTERDAM) {
            most = most.min(MAX_TX_GAS_LIMIT_OSAKA);
        }
        if transaction.gas_price > 0 {
            let account = self.simulation.state.account(transaction.caller)?;
            let balance = account.unwrap_or_default().balance;
            let blob_gas = DATA_GAS_PER_BLOB.saturating_mul(transaction.blob_hashes.len() as u64);
            let blob_fee =
                U256::from(blob_gas).saturating_mul(U256::from(transaction.max_fee_per_blob_gas));
            let value = transaction.value;
            if value >= balance {
                let message = "insufficient funds for transfer";
                return Err(Rejected::unpayable(value, balance, message).into());
            }
            let spent = value.saturating_add(blob_fee);
            if !blob_fee.is_zero() && spent >= balance {
                let message = "insufficient funds for gas * price + value";
                return Err(Rejected::unpayable(spent, balance, message).into());
            }
            let payable = (balance - spent) / U256::from(transaction.gas_price);
            most = most.min(payable.saturating_to());
        }
        Ok(most.min(self.simulation.limits.gas))
    }

    fn is_plain_transfer(&self) -> Result<bool, CallError> {
        let TxKind::Call(to) = self.transaction.kind else {
            return Ok(false);
        };
        let account = self.simulation.state.account(to)?.unwrap_or_default();
        Ok(self.transaction.data.is_empty() && account.code_hash == KECCAK256_EMPTY)
    }

    fn with_gas(&self, gas_limit: u64) -> TxEnv {
        TxEnv {
            gas_limit,
            ..self.transaction.clone()
        }
    }

    fn attempt(&self, gas_limit: u64) -> Result<Attempt, CallError> {
        let transaction = self.with_gas(gas_limit);
        match self.simulation.execute(transaction, &self.environment) {
            Ok(result) if result.is_success() => Ok(Attempt::Succeeded(result)),
            Ok(result) => Ok(Attempt::Failed(Some(result))),
            Err(CallError::Invalid(Rejected {
                reason: InvalidTransaction::CallGasCostMoreThanGasLimit { .. },
                ..
            })) => Ok(Attempt::Failed(None)),
            Err(error) => {
                Err(error.in_context(|message| format!("failed with {gas_limit} gas: {message}")))
            }
        }
    }
}
