//! Execution of a bundle: its calls in order, after an optimistic execution in parallel if there is an engine.

use super::{
    Bundle, CallReport, CallStatus, Fee, Prices, Report, ReportError, ReportOptions, ReportStatus,
    Token,
    approval_changes::ApprovalQueries,
    asset_changes::AssetQueries,
    call::{BundleContext, ExecutedCall, execute},
    candidates::Candidates,
    gas_budget::GasBudget,
    optimistic_state::{OptimisticState, ReadSet, Senders},
    reader::ContractReader,
    state_diff::state_diff,
};
use crate::{CallError, CallLimits, CallRequest, Simulation, request};
use alloy_primitives::{Address, U256};
use parevm::{
    Engine,
    state::{LayeredState, Overlay, StateDiff, StateSource},
};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};

/// Optimistic execution of a call with its read set; `None` if it failed.
type OptimisticCall = Option<(ExecutedCall, ReadSet)>;

impl Simulation<'_> {
    /// Executes the calls of `bundle`, each on the state after the one before it, and returns their report. With an
    /// engine, all calls first execute in parallel on the state before the bundle; those whose read set is invalid
    /// execute again. The report is the same.
    ///
    /// A call that fails is not an error: its report has the failure.
    ///
    /// # Errors
    ///
    /// - [`ReportError::NoCalls`]: the bundle is empty.
    /// - [`ReportError::Call`]: a call is invalid as a request, or has no result; with the reason.
    /// - [`ReportError::TooLarge`], [`ReportError::QueryGas`], [`CallError::Interrupted`]: a limit is exceeded.
    pub fn report(
        &self,
        bundle: &Bundle,
        options: &ReportOptions<'_>,
    ) -> Result<Report, ReportError> {
        if bundle.calls.is_empty() {
            return Err(ReportError::NoCalls);
        }
        let (_, query_environment) =
            request::resolve(&CallRequest::default(), &self.environment, &self.state, 0)?;
        let context = BundleContext {
            bundle,
            environment: &self.environment,
            query_environment,
            limits: self.limits,
            prices: options
                .prices
                .unwrap_or_else(|| Prices::of(&self.environment)),
        };
        let optimistic = match options.engine {
            Some(engine) if engine.threads() > 1 && bundle.calls.len() > 1 => {
                execute_optimistically(engine, &context, &self.state, options.recorded_bytes)
            }
            _ => Vec::new(),
        };
        let run = BundleRun {
            context: &context,
            base: &self.state,
            committed: LayeredState::new(&self.state, StateDiff::default()),
            left: options.recorded_bytes,
            limit: options.recorded_bytes,
            executed: Vec::with_capacity(bundle.calls.len()),
        };
        run.report(optimistic)
    }
}

/// Executes all calls in parallel, each as if the calls before it changed only the nonces of their senders.
fn execute_optimistically(
    engine: &Engine,
    context: &BundleContext<'_>,
    state: &dyn StateSource,
    bytes: usize,
) -> Vec<OptimisticCall> {
    let bundle = context.bundle;
    let mut senders = Senders::default();
    for (index, call) in bundle.calls.iter().enumerate() {
        senders.entry(bundle.sender(call)).or_default().push(index);
    }
    // Together they record no more than in order.
    let bytes = bytes / bundle.calls.len();
    let calls = bundle.calls.par_iter().enumerate();
    let executions = calls.map(|(index, call)| {
        let state = OptimisticState::new(state, &senders, index);
        // An error may be due to the assumed state: the call executes again in order.
        let executed = execute(context, call, &state, bytes).ok()?;
        Some((executed, state.into_read_set()))
    });
    engine.pool().install(|| executions.collect())
}

/// Ordered execution of a bundle.
struct BundleRun<'r> {
    context: &'r BundleContext<'r>,
    base: &'r dyn StateSource,
    committed: LayeredState<'r>,
    /// Bytes that may still be recorded.
    left: usize,
    limit: usize,
    executed: Vec<ExecutedCall>,
}

impl BundleRun<'_> {
    fn report(mut self, optimistic: Vec<OptimisticCall>) -> Result<Report, ReportError> {
        let bundle = self.context.bundle;
        let mut optimistic = optimistic.into_iter();
        let mut failed_call = None;
        for index in 0..bundle.calls.len() {
            let call = self.next(index, optimistic.next().flatten());
            let call = call.map_err(|source| ReportError::Call {
                index,
                source: source.into(),
            })?;
            let is_failed = call.report.status == CallStatus::Failure;
            self.left -= call.recorded;
            self.executed.push(call);
            if is_failed {
                failed_call.get_or_insert(index);
                if bundle.atomic {
                    return Ok(self.revert(index));
                }
            }
            if let Some(call) = self.executed.last_mut() {
                self.committed.apply(std::mem::take(&mut call.diff));
            }
        }
        self.finish(failed_call)
    }

    /// Returns the optimistic execution of the call if its read set is valid, or executes the call again.
    fn next(&self, index: usize, optimistic: OptimisticCall) -> Result<ExecutedCall, ReportError> {
        if let Some((call, read_set)) = optimistic
            && call.recorded <= self.left
            && read_set
                .is_valid_on(&self.committed)
                .map_err(CallError::from)?
        {
            return Ok(call);
        }
        let call = &self.context.bundle.calls[index];
        execute(self.context, call, &self.committed, self.left).map_err(|error| match error {
            ReportError::TooLarge { .. } => ReportError::TooLarge { limit: self.limit },
            error => error,
        })
    }

    /// Returns the report of an atomic bundle whose call at `failed` failed.
    fn revert(self, failed: usize) -> Report {
        let count = self.context.bundle.calls.len();
        let mut calls: Vec<_> = self.executed.into_iter().map(|call| call.report).collect();
        for call in &mut calls[..failed] {
            call.status = CallStatus::Undone;
        }
        let (gas_used, fee) = (gas_of(&calls), fee_of(&calls));
        calls.resize_with(count, CallReport::default);
        Report {
            status: ReportStatus::Failure,
            failed_call: Some(failed),
            gas_used,
            fee,
            calls,
            ..Report::default()
        }
    }

    /// Returns the report of a bundle whose calls took effect.
    fn finish(self, failed_call: Option<usize>) -> Result<Report, ReportError> {
        let mut report = Report {
            failed_call,
            ..Report::default()
        };
        self.sum_up(&mut report)?;
        report.calls = self.executed.into_iter().map(|call| call.report).collect();
        let calls = &report.calls;
        report.gas_used = gas_of(calls);
        report.fee = fee_of(calls);
        let limits = calls.iter().map(|call| call.gas_limit);
        report.gas_limit = limits.sum();
        let all_failed = calls.iter().all(|call| call.status == CallStatus::Failure);
        report.status = match failed_call {
            None => ReportStatus::Success,
            Some(_) if all_failed => ReportStatus::Failure,
            Some(_) => ReportStatus::Partial,
        };
        Ok(report)
    }

    /// Sets the changes of all calls together, and the metadata of the tokens in them.
    fn sum_up(&self, report: &mut Report) -> Result<(), ReportError> {
        let BundleContext {
            bundle,
            environment,
            query_environment,
            limits: CallLimits { gas, watch, .. },
            ..
        } = self.context;
        let spec = environment.spec();
        let (base, committed): (&dyn StateSource, &dyn StateSource) = (self.base, &self.committed);
        let mut after = Overlay::new(committed, spec);
        let budget = &mut GasBudget::of_call(gas.saturating_mul(self.executed.len() as u64));
        let changes = self.committed.changes();
        if let [only] = self.executed.as_slice() {
            let only = &only.report;
            report.state_diff.clone_from(&only.state_diff);
            report.asset_changes.clone_from(&only.asset_changes);
            report.approval_changes.clone_from(&only.approval_changes);
        } else {
            let logs = || self.executed.iter().flat_map(|call| &call.logs);
            let senders: BTreeSet<Address> = bundle
                .calls
                .iter()
                .map(|call| bundle.sender(call))
                .collect();
            let mut candidates = Candidates::default();
            for call in &self.executed {
                candidates.merge(&call.candidates);
            }
            let written = changes.accounts.iter();
            for (contract, _) in written.filter(|(_, change)| !change.slots.is_empty()) {
                for sender in &senders {
                    candidates.add_balance(*sender, *contract);
                }
            }
            let assets = AssetQueries::new(logs(), &candidates);
            let approvals = ApprovalQueries::new(logs(), &candidates);
            let mut before = Overlay::new(base, spec);
            let mut reader = ContractReader::new(query_environment, &mut before, *watch, budget);
            let holdings = assets.read(&mut reader)?;
            let grants = approvals.read(&mut reader)?;
            drop(reader);
            let mut reader = ContractReader::new(query_environment, &mut after, *watch, budget);
            let holdings_after = assets.read(&mut reader)?;
            let grants_after = approvals.read(&mut reader)?;
            let mut fees = Vec::new();
            for fee in self.executed.iter().flat_map(|call| &call.report.fees) {
                let (received, paid) = match fee.change.is_loss {
                    true => (U256::ZERO, fee.change.amount),
                    false => (fee.change.amount, U256::ZERO),
                };
                Fee::add(&mut fees, fee.account, received, paid);
            }
            report.state_diff = state_diff(self.base, changes).map_err(CallError::from)?;
            let diff = &report.state_diff;
            report.asset_changes =
                assets.changes(holdings, holdings_after, diff, &fees, &mut reader)?;
            report.approval_changes = approvals.changes(grants, grants_after);
        }
        let tokens = report.asset_changes.iter();
        let tokens = tokens.filter_map(|change| change.asset.token());
        let approved = report.approval_changes.iter();
        let tokens = tokens.chain(approved.map(|change| change.approval.token()));
        let tokens: BTreeSet<Address> = tokens.collect();
        let mut reader = ContractReader::new(query_environment, &mut after, *watch, budget);
        let metadata = tokens
            .into_iter()
            .map(|token| Ok((token, Token::read(&mut reader, token)?)));
        report.tokens = metadata.collect::<Result<BTreeMap<Address, Token>, ReportError>>()?;
        Ok(())
    }
}

fn fee_of(calls: &[CallReport]) -> U256 {
    let fees = calls.iter().map(|call| call.fee);
    fees.fold(U256::ZERO, U256::saturating_add)
}

fn gas_of(calls: &[CallReport]) -> u64 {
    let gas = calls.iter().map(|call| call.gas_used);
    gas.fold(0, u64::saturating_add)
}
