//! Runs the calls of a bundle, one on top of the other or side by side.

use super::{
    AssetChange, Bundle, CallReport, CallStatus, Fee, Report, ReportError, ReportOptions,
    ReportStatus, Token,
    approval::Approvals,
    asset::Claims,
    call::{Ran, Settings, native_changes, run},
    diff::state_diff,
    entry::Candidates,
    layer::{Guessed, Reads, Senders},
    reader::{Budget, Reader},
    signing::Prices,
};
use crate::{CallError, CallLimits, CallRequest, Simulation, request};
use alloy_primitives::{Address, U256};
use parevm::{
    Engine,
    state::{LayeredState, Overlay, StateDiff, StateSource},
};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};

/// A run ahead of those before it, with what it found.
type Guess = Option<(Ran, Reads)>;

impl Simulation<'_> {
    /// Reports what the calls of `bundle` do, one on top of the other. With an engine, all run side by side
    /// on the state before the first; those that found something else than the ones before them leave
    /// run again. The report is the same.
    ///
    /// That a call fails is no error; the report says it.
    ///
    /// # Errors
    ///
    /// - [`ReportError::Call`]: which call is wrong, and how; or why it has no result.
    /// - [`ReportError::TooLarge`], [`ReportError::Questions`], [`CallError::Interrupted`]: it goes beyond
    ///   the limits.
    pub fn report(
        &self,
        bundle: &Bundle,
        options: &ReportOptions<'_>,
    ) -> Result<Report, ReportError> {
        if bundle.calls.is_empty() {
            return Err(ReportError::NoCalls);
        }
        let (_, asking) =
            request::read(&CallRequest::default(), &self.environment, &self.state, 0)?;
        let settings = Settings {
            bundle,
            environment: &self.environment,
            asking,
            limits: self.limits,
            prices: options
                .prices
                .unwrap_or_else(|| Prices::of(&self.environment)),
        };
        let guesses = match options.engine {
            Some(engine) if engine.threads() > 1 && bundle.calls.len() > 1 => {
                guess(engine, &settings, &self.state, options.recorded_bytes)
            }
            _ => Vec::new(),
        };
        let run = InOrder {
            settings: &settings,
            base: &self.state,
            settled: LayeredState::new(&self.state, StateDiff::default()),
            left: options.recorded_bytes,
            limit: options.recorded_bytes,
            done: Vec::with_capacity(bundle.calls.len()),
        };
        run.report(guesses)
    }
}

/// Runs every call as if those before it had changed nothing but nonces.
fn guess(
    engine: &Engine,
    settings: &Settings<'_>,
    state: &dyn StateSource,
    bytes: usize,
) -> Vec<Guess> {
    let bundle = settings.bundle;
    let mut senders = Senders::default();
    for (index, call) in bundle.calls.iter().enumerate() {
        senders.entry(bundle.sender(call)).or_default().push(index);
    }
    // All of them together keep no more than one after the other.
    let bytes = bytes / bundle.calls.len();
    let calls = bundle.calls.par_iter().enumerate();
    let guesses = calls.map(|(index, call)| {
        let state = Guessed::new(state, &senders, index);
        // Whatever goes wrong on a state that may never be is no concern.
        let ran = run(settings, call, &state, bytes).ok()?;
        Some((ran, state.into_reads()))
    });
    engine.pool().install(|| guesses.collect())
}

/// The calls of a bundle while they run in order.
struct InOrder<'r> {
    settings: &'r Settings<'r>,
    base: &'r dyn StateSource,
    settled: LayeredState<'r>,
    /// Bytes that may still be recorded.
    left: usize,
    limit: usize,
    done: Vec<Ran>,
}

impl InOrder<'_> {
    fn report(mut self, guesses: Vec<Guess>) -> Result<Report, ReportError> {
        let bundle = self.settings.bundle;
        let mut guesses = guesses.into_iter();
        let mut failed_call = None;
        for index in 0..bundle.calls.len() {
            let guess = guesses.next().flatten();
            let ran = self.next(index, guess);
            let ran = ran.map_err(|source| ReportError::Call {
                index,
                source: source.into(),
            })?;
            let is_failed = ran.report.status == CallStatus::Failure;
            self.left -= ran.recorded;
            self.done.push(ran);
            if is_failed {
                failed_call.get_or_insert(index);
                if bundle.atomic {
                    return Ok(self.undone(index));
                }
            }
            if let Some(ran) = self.done.last_mut() {
                self.settled.apply(std::mem::take(&mut ran.diff));
            }
        }
        self.finish(failed_call)
    }

    /// Runs the next call, or takes it as it ran ahead.
    fn next(&self, index: usize, guess: Guess) -> Result<Ran, ReportError> {
        if let Some((ran, reads)) = guess
            && ran.recorded <= self.left
            && reads.hold(&self.settled).map_err(CallError::from)?
        {
            return Ok(ran);
        }
        let call = &self.settings.bundle.calls[index];
        run(self.settings, call, &self.settled, self.left).map_err(|error| match error {
            ReportError::TooLarge { .. } => ReportError::TooLarge { limit: self.limit },
            error => error,
        })
    }

    /// The report where the call at `failed` fails all others.
    fn undone(self, failed: usize) -> Report {
        let count = self.settings.bundle.calls.len();
        let mut calls: Vec<_> = self.done.into_iter().map(|ran| ran.report).collect();
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

    fn finish(self, failed_call: Option<usize>) -> Result<Report, ReportError> {
        let mut report = Report {
            failed_call,
            ..Report::default()
        };
        self.sum_up(&mut report)?;
        report.calls = self.done.into_iter().map(|ran| ran.report).collect();
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

    /// What all calls did together, and what tokens call themselves.
    fn sum_up(&self, report: &mut Report) -> Result<(), ReportError> {
        let Settings {
            bundle,
            environment,
            asking,
            limits: CallLimits { gas, watch, .. },
            ..
        } = self.settings;
        let spec = environment.spec();
        let (base, settled): (&dyn StateSource, &dyn StateSource) = (self.base, &self.settled);
        let mut after = Overlay::new(settled, spec);
        let budget = &mut Budget::new(gas.saturating_mul(self.done.len() as u64));
        let changes = self.settled.changes();
        if let [only] = self.done.as_slice() {
            let only = &only.report;
            report.state_diff.clone_from(&only.state_diff);
            report.asset_changes.clone_from(&only.asset_changes);
            report.approval_changes.clone_from(&only.approval_changes);
        } else {
            let logs = || self.done.iter().flat_map(|ran| &ran.logs);
            let senders: BTreeSet<Address> = bundle
                .calls
                .iter()
                .map(|call| bundle.sender(call))
                .collect();
            let mut candidates = Candidates::default();
            for ran in &self.done {
                candidates.merge(&ran.candidates);
            }
            let written = changes.accounts.iter();
            for (contract, _) in written.filter(|(_, change)| !change.slots.is_empty()) {
                for sender in &senders {
                    candidates.add_holder(*sender, *contract);
                }
            }
            let claims = Claims::new(logs(), &candidates);
            let approvals = Approvals::new(logs(), &candidates);
            let mut before = Overlay::new(base, spec);
            let mut reader = Reader::new(asking, &mut before, *watch, budget);
            let owned = claims.read(&mut reader)?;
            let granted = approvals.read(&mut reader)?;
            let mut reader = Reader::new(asking, &mut after, *watch, budget);
            let owned = (owned, claims.read(&mut reader)?);
            let granted = (granted, approvals.read(&mut reader)?);
            let mut fees = Vec::new();
            for fee in self.done.iter().flat_map(|ran| &ran.report.fees) {
                let (received, paid) = match fee.change.is_loss {
                    true => (U256::ZERO, fee.change.amount),
                    false => (fee.change.amount, U256::ZERO),
                };
                Fee::add(&mut fees, fee.account, received, paid);
            }
            report.state_diff = state_diff(self.base, changes).map_err(CallError::from)?;
            report.asset_changes = claims.changes(owned.0, owned.1);
            let native = native_changes(&report.state_diff, &fees, &mut reader)?;
            report.asset_changes.extend(native);
            report.asset_changes.sort_by_key(AssetChange::order);
            report.approval_changes = approvals.changes(granted.0, granted.1);
        }
        let tokens = report.asset_changes.iter();
        let tokens = tokens.filter_map(|change| change.asset.token());
        let spent = report.approval_changes.iter();
        let tokens = tokens.chain(spent.map(|change| change.approval.token()));
        let tokens: BTreeSet<Address> = tokens.collect();
        let mut reader = Reader::new(asking, &mut after, *watch, budget);
        let named = tokens
            .into_iter()
            .map(|token| Ok((token, reader.token(token)?)));
        report.tokens = named.collect::<Result<BTreeMap<Address, Token>, ReportError>>()?;
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
