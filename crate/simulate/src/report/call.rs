//! Execution of one call of a bundle, and its report.

use super::{
    Approval, Bundle, BundleCall, CallReport, CallStatus, CreatedContract, Failure, Fee, Prices,
    RepeatedOutput, ReportError, Warning,
    abi::ErrorDecoder,
    approval_changes::ApprovalQueries,
    asset_changes::AssetQueries,
    candidates::Candidates,
    code_cache::CodeCache,
    eip7702,
    gas_budget::GasBudget,
    mapping::MappingEntry,
    observers::Observers,
    reader::ContractReader,
    state_diff::state_diff,
    storage_inspector::StorageInspector,
    token::{self, Readings},
    warning,
};
use crate::{
    CallError, CallLimits, Overrides, Simulation,
    error::call_error,
    overridden_state::OverriddenState,
    request,
    trace::{TracePosition, Tracer},
};
use alloy_primitives::{Address, U256};
use alloy_rpc_types_trace::geth::CallFrame;
use parevm::{
    execute::ExecuteError,
    state::{Overlay, StateDiff, StateSource},
    vm::{Bounds, Environment, SpecId, TransactError, TxEnv, inspect},
};
use revm::{DatabaseCommit, context::result::ResultAndState, context_interface::Transaction};
use std::collections::{BTreeMap, BTreeSet};

/// Context of a bundle: what its calls share.
pub(super) struct BundleContext<'s> {
    pub(super) bundle: &'s Bundle,
    pub(super) environment: &'s Environment,
    /// Environment of the queries to contracts.
    pub(super) query_environment: Environment,
    pub(super) limits: CallLimits<'s>,
    /// Base fees for the cost of calls without a price.
    pub(super) prices: Prices,
}

/// Executed call with its report and its changes.
pub(super) struct ExecutedCall {
    pub(super) report: CallReport,
    pub(super) diff: StateDiff,
    /// Readings of its logs.
    pub(super) logs: Vec<Readings>,
    pub(super) candidates: Candidates,
    /// Bytes that its trace recorded.
    pub(super) recorded: usize,
}

/// Executes `call` on `state`. Its trace may record about `bytes`.
///
/// # Errors
///
/// As [`Simulation::report`], without the index of the call.
pub(super) fn execute(
    context: &BundleContext<'_>,
    call: &BundleCall,
    state: &dyn StateSource,
    bytes: usize,
) -> Result<ExecutedCall, ReportError> {
    let state = &CodeCache::new(state);
    let bundle = context.bundle;
    let resolved = bundle.request(call)?;
    let (mut transaction, environment) =
        request::resolve(&resolved, context.environment, state, context.limits.gas)?;
    let mut overlay = Overlay::new(state, environment.spec());
    let authorizations = call.authorization_list.as_deref().unwrap_or_default();
    eip7702::authorize(authorizations, &mut transaction, |authority| {
        Ok(overlay.account(authority)?.unwrap_or_default().nonce)
    })?;

    let simulation = Simulation {
        environment: context.environment.clone(),
        state: OverriddenState::new(state, &Overrides::default())?,
        limits: context.limits,
    };
    if call.gas.is_none()
        && transaction.gas_price > 0
        && let Ok(most) = simulation.most_gas(&transaction, &environment)
    {
        transaction.gas_limit = most;
    }
    let nonce = overlay.account(transaction.caller);
    let nonce = nonce.map_err(CallError::from)?.unwrap_or_default().nonce;
    let warnings = warning::warnings(call, &transaction, context.environment, nonce);

    let tracer = Tracer::calls().map_err(|error| bug(&error))?;
    let recorded = tracer.recorded();
    let mut observers = Observers {
        tracer,
        storage: StorageInspector::default(),
    };
    let mut bounds = Bounds {
        watch: context.limits.watch,
        recorded,
        bytes,
    };
    let called = transaction.clone();
    let ran = inspect(
        &environment,
        &mut overlay,
        called,
        &mut observers,
        &mut bounds,
    );
    let ran = match ran {
        Ok(ran) => ran,
        Err(TransactError::Interrupted(interrupt)) => {
            return Err(CallError::Interrupted(interrupt).into());
        }
        Err(TransactError::TooLarge) => return Err(ReportError::TooLarge { limit: bytes }),
        Err(TransactError::Evm(error)) => {
            match call_error(error, &transaction, &environment, state) {
                CallError::Invalid(rejected) => {
                    return Ok(ExecutedCall::invalid(Failure::invalid(&rejected), warnings));
                }
                error => return Err(error.into()),
            }
        }
    };
    let Observers {
        mut tracer,
        storage,
    } = observers;
    let trace = tracer
        .finish(
            TracePosition::default(),
            &transaction,
            &environment.block,
            &environment.precompiles,
            &ran,
            &mut overlay,
        )
        .map_err(CallError::from)?;
    let root = trace.try_into_call_frame().map_err(|error| bug(&error))?;

    let uncommitted = UncommittedCall {
        context,
        transaction: &transaction,
        environment: &environment,
        root,
        ran,
        entries: storage.entries(),
    };
    let mut executed_call = uncommitted.report(overlay)?;
    let report = &mut executed_call.report;
    report.repeated_output = RepeatedOutput::take(
        &report.return_data,
        report.failure.as_mut(),
        report.trace.as_mut(),
    );
    (report.access_list, report.storage_touched) = storage.finish();
    report.warnings = warnings;
    if report.status == CallStatus::Success {
        match warning::gas_limit(&simulation, call, transaction, environment)? {
            Ok(gas) => report.gas_limit = Some(gas),
            Err(warning) => report.warnings.push(warning),
        }
    }
    executed_call.recorded = bytes - bounds.bytes;
    Ok(executed_call)
}

impl ExecutedCall {
    /// Returns the report of an invalid transaction.
    fn invalid(failure: Failure, warnings: Vec<Warning>) -> Self {
        Self {
            report: CallReport {
                status: CallStatus::Failure,
                failure: Some(failure),
                warnings,
                ..CallReport::default()
            },
            diff: StateDiff::default(),
            logs: Vec::new(),
            candidates: Candidates::default(),
            recorded: 0,
        }
    }
}

/// Executed call whose changes are not yet committed.
struct UncommittedCall<'d> {
    context: &'d BundleContext<'d>,
    transaction: &'d TxEnv,
    environment: &'d Environment,
    root: CallFrame,
    ran: ResultAndState,
    /// Written mapping entries.
    entries: &'d BTreeMap<(Address, U256), MappingEntry>,
}

impl UncommittedCall<'_> {
    /// Commits the call to `overlay`, and returns its report.
    fn report(self, mut overlay: Overlay<'_>) -> Result<ExecutedCall, ReportError> {
        let BundleContext {
            bundle,
            query_environment,
            limits: CallLimits { gas, watch, .. },
            prices,
            ..
        } = self.context;
        let result = &self.ran.result;
        let budget = &mut GasBudget::of_call(*gas);
        let mut reader = ContractReader::new(query_environment, &mut overlay, *watch, budget);
        let mut logs = Vec::new();
        let mut events = 0_usize;
        for log in result.logs() {
            let readings = token::readings(log);
            events = events.saturating_add(readings.iter().map(Vec::len).sum());
            reader.require_budget_of(events)?;
            logs.push(readings);
        }
        let calls = || effective_frames(&self.root);
        let mut candidates = self.candidates();
        for call in calls().filter(|call| call.typ == "CALL") {
            for (approval, is_spent) in call
                .to
                .map(|contract| token::approvals_of_call(contract, call.from, &call.input))
                .unwrap_or_default()
            {
                candidates.add_approval(approval, is_spent);
            }
        }
        let assets = AssetQueries::new(&logs, &candidates);
        let holdings = assets.read(&mut reader)?;
        // A transfer of an ERC-721 token clears its approval.
        for (token, token_id) in assets.existing_tokens(&holdings) {
            candidates.add_approval(Approval::Erc721 { token, token_id }, true);
        }
        let approvals = ApprovalQueries::new(&logs, &candidates);
        let grants = approvals.read(&mut reader)?;
        let fees = self.fees();
        let created: Vec<_> = calls().filter_map(CreatedContract::of).collect();
        let errors = ErrorDecoder(&bundle.abi);
        let mut report = CallReport {
            status: if result.is_success() {
                CallStatus::Success
            } else {
                CallStatus::Failure
            },
            failure: Failure::of(result, &self.root, &errors),
            return_data: result.output().cloned().unwrap_or_default(),
            gas_used: result.tx_gas_used(),
            fee: prices.fee(
                self.transaction,
                result.tx_gas_used(),
                self.environment.block.basefee,
            ),
            logs: result.logs().to_vec(),
            trace: Some(self.root),
            ..CallReport::default()
        };

        // The reader owns the overlay while it reads.
        drop(reader);
        let source = overlay.source();
        overlay.commit(self.ran.state);
        let diff = overlay.diff();
        report.state_diff = state_diff(source, &diff).map_err(CallError::from)?;
        let mut reader = ContractReader::new(query_environment, &mut overlay, *watch, budget);
        let holdings_after = assets.read(&mut reader)?;
        let grants_after = approvals.read(&mut reader)?;
        let diff_after = &report.state_diff;
        report.asset_changes =
            assets.changes(holdings, holdings_after, diff_after, &fees, &mut reader)?;
        report.approval_changes = approvals.changes(grants, grants_after);
        drop(reader);
        for contract in created {
            let account = overlay.account(contract.address);
            if account.map_err(CallError::from)?.is_some() {
                report.contracts_created.push(contract);
            }
        }
        report.fees = fees;
        Ok(ExecutedCall {
            report,
            diff,
            logs,
            candidates,
            recorded: 0,
        })
    }

    /// Returns the candidates for changes without an event: the written mapping entries of each contract whose storage
    /// changed, and the sender's balance in it.
    fn candidates(&self) -> Candidates {
        let mut candidates = Candidates::default();
        if !self.ran.result.is_success() {
            return candidates;
        }
        let mut written = BTreeSet::new();
        for (address, account) in &self.ran.state {
            if account.storage.values().any(|slot| slot.is_changed()) {
                written.insert(*address);
            }
        }
        for ((contract, _), entry) in self.entries {
            if written.contains(contract) {
                candidates.add_entry(*contract, entry);
                candidates.add_entry(entry.caller, entry);
            }
        }
        for contract in written {
            candidates.add_balance(self.transaction.caller, contract);
        }
        candidates
    }

    /// Returns the fees: what the sender pays, and what the block's beneficiary receives of it.
    fn fees(&self) -> Vec<Fee> {
        let block = &self.environment.block;
        let gas = u128::from(self.ran.result.tx_gas_used());
        let base_fee = u128::from(block.basefee);
        let price = self.transaction.effective_gas_price(base_fee);
        let blob_gas = u128::from(self.transaction.total_blob_gas());
        let blob_price = self.environment.blob_gas_price();
        let product = |gas: u128, price: u128| U256::from(gas) * U256::from(price);
        let paid = product(gas, price) + product(blob_gas, blob_price);
        let is_burning = self.environment.spec().is_enabled_in(SpecId::LONDON);
        let tip = price.saturating_sub(if is_burning { base_fee } else { 0 });
        // The fee of a destroyed beneficiary is destroyed with it.
        let beneficiary = self.ran.state.get(&block.beneficiary);
        let is_destroyed = beneficiary.is_some_and(|account| account.is_selfdestructed());
        let received = if is_destroyed {
            U256::ZERO
        } else {
            product(gas, tip)
        };
        let mut fees = Vec::new();
        Fee::add(&mut fees, self.transaction.caller, U256::ZERO, paid);
        Fee::add(&mut fees, block.beneficiary, received, U256::ZERO);
        fees
    }
}

/// Returns `root` and the frames in it that did not fail and are in no frame that failed, in the order in which they
/// started.
fn effective_frames(root: &CallFrame) -> impl Iterator<Item = &CallFrame> {
    let mut pending = vec![root];
    std::iter::from_fn(move || {
        loop {
            let call = pending.pop()?;
            if call.error.is_none() {
                pending.extend(call.calls.iter().rev());
                return Some(call);
            }
        }
    })
}

fn bug(error: &dyn std::fmt::Display) -> CallError {
    CallError::Evm {
        message: error.to_string(),
    }
}

impl From<ExecuteError> for ReportError {
    fn from(error: ExecuteError) -> Self {
        CallError::from(error).into()
    }
}
