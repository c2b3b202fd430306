//! Contract reader: view calls on the state before or after a simulated call.

use super::{ReportError, gas_budget::GasBudget};
use crate::CallError;
use alloy_primitives::{Address, Bytes, KECCAK256_EMPTY, U256};
use alloy_sol_types::SolCall;
use parevm::{
    interrupt::Watch,
    state::{Overlay, SourceError},
    vm::{Environment, ViewCalls, execute_error},
};

/// Gas limit of one query. Real tokens need less than a tenth of it.
const GAS: u64 = 1_000_000;

/// Gas that a query is charged on top of what it uses, for the work around it.
const OVERHEAD: u64 = 1_500;

/// Reader that calls contracts on one state. Their changes are dropped.
pub(super) struct ContractReader<'r, 's> {
    calls: ViewCalls<'r, 's>,
    watch: Option<Watch<'r>>,
    budget: &'r mut GasBudget,
}

impl<'r, 's> ContractReader<'r, 's> {
    /// Returns a reader of `state`. `environment` must not require funds of the caller.
    pub(super) fn new(
        environment: &Environment,
        state: &'r mut Overlay<'s>,
        watch: Option<Watch<'r>>,
        budget: &'r mut GasBudget,
    ) -> Self {
        Self {
            calls: ViewCalls::new(environment, state),
            watch,
            budget,
        }
    }

    /// Checks that the budget suffices for the queries of that many events.
    pub(super) fn require_budget_of(&self, events: usize) -> Result<(), ReportError> {
        self.budget.require(OVERHEAD.saturating_mul(events as u64))
    }

    /// Returns the balance of an account, in wei.
    pub(super) fn native_balance(&mut self, account: Address) -> Result<U256, ReportError> {
        let account = unavailable(self.calls.account(account))?;
        Ok(account.unwrap_or_default().balance)
    }

    /// Calls a view function of a contract.
    pub(super) fn query<C: SolCall>(
        &mut self,
        contract: Address,
        query: &C,
    ) -> Result<Response<C::Return>, ReportError> {
        Ok(match self.call(contract, query.abi_encode())? {
            Response::Value(output) => match C::abi_decode_returns(&output) {
                Ok(value) => Response::Value(value),
                Err(_) => Response::Failed,
            },
            Response::NoCode => Response::NoCode,
            Response::Failed => Response::Failed,
        })
    }

    /// Calls a contract with `data`.
    pub(super) fn call(
        &mut self,
        contract: Address,
        data: Vec<u8>,
    ) -> Result<Response<Bytes>, ReportError> {
        if let Some(interrupt) = self.watch.and_then(|watch| watch()) {
            return Err(CallError::Interrupted(interrupt).into());
        }
        let account = unavailable(self.calls.account(contract))?;
        if account.is_none_or(|account| account.code_hash == KECCAK256_EMPTY) {
            return Ok(Response::NoCode);
        }
        let ran = self.calls.call(contract, data.into(), GAS);
        let ran = ran.map_err(|error| CallError::from(execute_error(Some(0), error)))?;
        self.budget.take(ran.gas_used.saturating_add(OVERHEAD))?;
        Ok(ran.output.map_or(Response::Failed, Response::Value))
    }
}

impl std::fmt::Debug for ContractReader<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContractReader").finish_non_exhaustive()
    }
}

/// Response of a contract to a query.
pub(super) enum Response<T> {
    Value(T),
    /// The account has no code.
    NoCode,
    /// The call failed, or its output has another type.
    Failed,
}

impl<T> Response<T> {
    /// Returns the value, if there is one.
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::NoCode | Self::Failed => None,
        }
    }

    /// Returns the value, or `default` if the account has no code.
    pub(super) fn or_without_code(self, default: T) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::NoCode => Some(default),
            Self::Failed => None,
        }
    }

    /// Converts the value, if there is one.
    pub(super) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Response<U> {
        match self {
            Self::Value(value) => Response::Value(convert(value)),
            Self::NoCode => Response::NoCode,
            Self::Failed => Response::Failed,
        }
    }
}

fn unavailable<T>(read: Result<T, SourceError>) -> Result<T, ReportError> {
    read.map_err(|source| CallError::StateUnavailable(source).into())
}
