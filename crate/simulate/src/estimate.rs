//! The gas that a transaction needs.

use super::{CallError, CallRequest, Rejected, Simulation};
use alloy_eips::{eip4844::DATA_GAS_PER_BLOB, eip7825::MAX_TX_GAS_LIMIT_OSAKA};
use alloy_primitives::{KECCAK256_EMPTY, TxKind, U256};
use parevm::{
    state::StateSource,
    vm::{Environment, ExecutionResult, HaltReason, InvalidTransaction, SpecId, TxEnv},
};

/// Gas of a plain transfer.
const TRANSFER: u64 = 21_000;

/// Gas that a call with value gives its callee on top.
const STIPEND: u64 = 2_300;

/// How far above the least gas an estimate may be, in thousandths of the estimate.
const TOLERANCE: u64 = 15;

impl Simulation<'_> {
    /// Returns a gas limit with which the transaction succeeds, as `eth_estimateGas` does: at most 1.5 %
    /// above the least one, and exact for a plain transfer.
    ///
    /// The search is geth's, so that estimates are the same: bounded by what the request allows, the
    /// block, the limits and the sender's balance.
    ///
    /// # Errors
    ///
    /// As [`Simulation::call`]; [`CallError::GasRequired`] when all the gas that it may use is not
    /// enough.
    pub fn estimate_gas(&self, request: &CallRequest) -> Result<u64, CallError> {
        let (transaction, environment) = self.read(request)?;
        self.least_gas(transaction, environment, request.gas)
    }

    /// Returns a gas limit with which `transaction` succeeds, of at most `asked`.
    pub(super) fn least_gas(
        &self,
        transaction: TxEnv,
        environment: Environment,
        asked: Option<u64>,
    ) -> Result<u64, CallError> {
        let search = Search {
            simulation: self,
            transaction,
            environment,
        };
        search.run(asked)
    }

    /// Returns the gas that `transaction` may use: what the block, a transaction and the limits allow, and its
    /// sender can pay for.
    pub(super) fn most_gas(
        &self,
        transaction: &TxEnv,
        environment: &Environment,
    ) -> Result<u64, CallError> {
        let search = Search {
            simulation: self,
            transaction: transaction.clone(),
            environment: environment.clone(),
        };
        search.most(None)
    }
}

struct Search<'s, 'a> {
    simulation: &'s Simulation<'a>,
    transaction: TxEnv,
    environment: Environment,
}

/// How a run with some gas limit ended.
enum Run {
    Enough(ExecutionResult),
    /// It may need more gas. There is no result where the limit does not cover the intrinsic gas.
    Failed(Option<ExecutionResult>),
}

impl Search<'_, '_> {
    fn run(&self, asked: Option<u64>) -> Result<u64, CallError> {
        let mut high = self.most(asked)?;
        if self.is_plain_transfer()? {
            match self.try_with(TRANSFER) {
                Ok(Run::Enough(_)) => return Ok(TRANSFER),
                // Whatever is wrong with it is told below.
                Ok(Run::Failed(_)) | Err(CallError::Invalid(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let result = match self.try_with(high)? {
            Run::Enough(result) => result,
            Run::Failed(None) => return Err(CallError::GasRequired { allowance: high }),
            Run::Failed(Some(ExecutionResult::Halt {
                reason: HaltReason::OutOfGas(_),
                ..
            })) => return Err(CallError::GasRequired { allowance: high }),
            Run::Failed(Some(failed)) => {
                let transaction = self.with_gas(high);
                let simulation = self.simulation;
                return Err(simulation.failure(failed, transaction, &self.environment));
            }
        };
        let gas = result.gas();
        // Less than what was used in the end is never enough.
        let mut low = gas.tx_gas_used().saturating_sub(1);
        // What was used before refunds, and what calls have to keep back, is nearly always enough.
        let peak = gas.total_gas_spent().max(gas.floor_gas());
        let guess = peak.saturating_add(STIPEND).saturating_mul(64) / 63;
        if guess < high {
            self.narrow(guess, &mut low, &mut high)?;
        }
        while low + 1 < high && (high - low).saturating_mul(1_000) >= high.saturating_mul(TOLERANCE)
        {
            // Most need little more than they use, so the search leans to the low side.
            let middle = low + (high - low) / 2;
            self.narrow(middle.min(low.saturating_mul(2)), &mut low, &mut high)?;
        }
        Ok(high)
    }

    fn narrow(&self, gas_limit: u64, low: &mut u64, high: &mut u64) -> Result<(), CallError> {
        match self.try_with(gas_limit)? {
            Run::Enough(_) => *high = gas_limit,
            Run::Failed(_) => *low = gas_limit,
        }
        Ok(())
    }

    /// The most gas that may be used.
    fn most(&self, asked: Option<u64>) -> Result<u64, CallError> {
        let transaction = &self.transaction;
        let mut most = asked
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
                let words = "insufficient funds for transfer";
                return Err(Rejected::unpayable(value, balance, words).into());
            }
            let spent = value.saturating_add(blob_fee);
            if !blob_fee.is_zero() && spent >= balance {
                let words = "insufficient funds for gas * price + value";
                return Err(Rejected::unpayable(spent, balance, words).into());
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

    fn try_with(&self, gas_limit: u64) -> Result<Run, CallError> {
        let transaction = self.with_gas(gas_limit);
        match self.simulation.execute(transaction, &self.environment) {
            Ok(result) if result.is_success() => Ok(Run::Enough(result)),
            Ok(result) => Ok(Run::Failed(Some(result))),
            Err(CallError::Invalid(Rejected {
                reason: InvalidTransaction::CallGasCostMoreThanGasLimit { .. },
                ..
            })) => Ok(Run::Failed(None)),
            Err(error) => Err(error.said(|words| format!("failed with {gas_limit} gas: {words}"))),
        }
    }
}
