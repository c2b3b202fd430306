//! Contract reader: view calls on the state before or after a simulated call.

use super::{ReportError, gas_budget::GasBudget};
use crate::CallError;
use alloy_primitives::{Address, Bytes, KECCAK256_EMPTY, TxKind, U256};
use alloy_sol_types::SolCall;
use parevm::{
    interrupt::Watch,
    state::{Overlay, SourceError},
    vm::{BlockEvm, Environment, TxEnv, collision, execute_error},
};
use revm::{
    context::{ContextSetters, LocalContextTr, result::EVMError},
    context_interface::{ContextTr, JournalTr, context::take_error},
    handler::{EvmTr, FrameResult},
    interpreter::{GasTracker, InterpreterResult},
};

/// Gas limit of one query. Real tokens need less than a tenth of it.
const GAS: u64 = 1_000_000;

/// Gas that a query is charged on top of what it uses, for the work around it.
const OVERHEAD: u64 = 1_500;

/// Reader that calls contracts on one state. Their changes are dropped.
pub(super) struct ContractReader<'r, 's> {
    evm: BlockEvm<&'r mut Overlay<'s>>,
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
            evm: environment.evm(state),
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
        let account = unavailable(self.evm.ctx.db_mut().account(account))?;
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
        let account = unavailable(self.evm.ctx.db_mut().account(contract))?;
        if account.is_none_or(|account| account.code_hash == KECCAK256_EMPTY) {
            return Ok(Response::NoCode);
        }
        let query = TxEnv {
            gas_limit: GAS,
            kind: TxKind::Call(contract),
            data: data.into(),
            chain_id: None,
            ..TxEnv::default()
        };
        self.evm.ctx.set_tx(query);
        let ran = self.execute();
        let ran = ran.map_err(|error| CallError::from(execute_error(Some(0), error)))?;
        let used = GAS.saturating_sub(ran.gas.remaining());
        let used = used.saturating_add(OVERHEAD);
        self.budget.take(used)?;
        Ok(match ran.result.is_ok() {
            true => Response::Value(ran.output),
            false => Response::Failed,
        })
    }

    /// Executes the call that is set, without a sender that pays. Its changes are reverted, and what it loaded stays
    /// in the journal for the next one.
    fn execute(&mut self) -> Result<InterpreterResult, EVMError<SourceError>> {
        let mut gas = GasTracker::new(GAS, GAS, 0);
        let before = self.evm.ctx.journal_mut().checkpoint();
        let begun = self.evm.ctx.journal_mut().checkpoint();
        let ran = collision::run_frames(&mut self.evm, begun, &mut gas);
        take_error::<EVMError<SourceError>, _>(self.evm.ctx.error())?;
        let ran = ran?;
        self.evm.ctx.journal_mut().checkpoint_revert(before);
        self.evm.ctx.local_mut().clear();
        self.evm.frame_stack().clear();
        let out_of_gas = || InterpreterResult::new_oog(GAS, 0);
        Ok(ran.map_or_else(out_of_gas, FrameResult::into_interpreter_result))
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
