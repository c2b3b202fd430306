//! Runs one call and reports what it does.

use super::{
    AccountDiff, Approval, ApprovalChange, Asset, AssetChange, Bundle, BundleCall, CreatedContract,
    Delta, Failure, Fee, ReportError, TouchedStorage,
    abi::Errors,
    approval::Approvals,
    asset::Claims,
    diff::state_diff,
    entry::{Candidates, Entry},
    event::{self, Readings},
    layer::CodeCache,
    reader::{Budget, Reader},
    repeated_output::RepeatedOutput,
    signing::{self, Prices, Warning},
    spending::touched_by,
    storage::{Observers, StorageInspector},
};
use crate::{
    CallError, CallLimits,
    rejected::call_error,
    request,
    trace::{Place, Tracer},
};
use alloy_primitives::{Address, Bytes, Log, U256};
use alloy_rpc_types_eth::AccessList;
use alloy_rpc_types_trace::geth::CallFrame;
use parevm::{
    execute::ExecuteError,
    state::{Overlay, StateDiff, StateSource},
    vm::{Bounds, Environment, SpecId, TransactError, TxEnv, inspect},
};
use revm::{DatabaseCommit, context::result::ResultAndState, context_interface::Transaction};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How a call of a bundle went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CallStatus {
    /// It went well.
    Success,
    /// It failed.
    Failure,
    /// It went well and is undone, because another one of the bundle failed.
    Undone,
    /// It has not run, because one before it failed.
    #[default]
    NotRun,
}

/// What one call does.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallReport {
    /// How it went.
    pub status: CallStatus,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// What it returned; of a creation the code.
    pub return_data: Bytes,
    /// Where that stands once more, and is left out because it is long.
    #[serde(skip_serializing_if = "RepeatedOutput::is_empty")]
    pub repeated_output: RepeatedOutput,
    /// Gas that it used.
    #[serde(with = "alloy_serde::quantity")]
    pub gas_used: u64,
    /// Gas limit to sign it with, as `eth_estimateGas` finds it; `None` where it fails, or no block has the gas.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub gas_limit: Option<u64>,
    /// Wei that the gas it used costs, and its blobs: at the price that it offers, else at the base fee of the next
    /// block, without a tip.
    pub fee: U256,
    /// What keeps it from a block as it is: it is tried all the same.
    pub warnings: Vec<Warning>,
    /// What it costs whom.
    pub fees: Vec<Fee>,
    /// In order.
    pub logs: Vec<Log>,
    /// What accounts have more or less than before the call, by account and asset.
    pub asset_changes: Vec<AssetChange>,
    /// Approvals that are others than before the call.
    pub approval_changes: Vec<ApprovalChange>,
    /// Contracts that it created and that are there after it.
    pub contracts_created: Vec<CreatedContract>,
    /// What is different in the state after it, by address.
    pub state_diff: Vec<AccountDiff>,
    /// What it touches beside sender, callee and precompiles. With the list its gas is another.
    pub access_list: AccessList,
    /// Slots that it reads and writes, by address.
    pub storage_touched: Vec<TouchedStorage>,
    /// Its calls as geth's `callTracer` tells them, with logs; `None` where nothing ran.
    pub trace: Option<CallFrame>,
}

/// What all calls of a bundle have in common.
pub(super) struct Settings<'s> {
    pub(super) bundle: &'s Bundle,
    pub(super) environment: &'s Environment,
    /// That of questions to tokens.
    pub(super) asking: Environment,
    pub(super) limits: CallLimits<'s>,
    /// Those by which calls without a price are priced.
    pub(super) prices: Prices,
}

/// A call that has run.
pub(super) struct Ran {
    pub(super) report: CallReport,
    pub(super) diff: StateDiff,
    /// What each of its logs may say.
    pub(super) logs: Vec<Readings>,
    /// What may have changed without a log.
    pub(super) candidates: Candidates,
    /// Bytes that were recorded.
    pub(super) recorded: usize,
}

/// Runs `call` on `state`. About `bytes` may be recorded.
pub(super) fn run(
    settings: &Settings<'_>,
    call: &BundleCall,
    state: &dyn StateSource,
    bytes: usize,
) -> Result<Ran, ReportError> {
    let state = &CodeCache::new(state);
    let bundle = settings.bundle;
    let asked = bundle.request(call)?;
    let (mut transaction, environment) =
        request::read(&asked, settings.environment, state, settings.limits.gas)?;
    let mut overlay = Overlay::new(state, environment.spec());
    bundle.authorize(call, &mut transaction, |authority| {
        Ok(overlay.account(authority)?.unwrap_or_default().nonce)
    })?;

    let simulation = signing::simulation(settings.environment, state, settings.limits)?;
    if call.gas.is_none()
        && transaction.gas_price > 0
        && let Ok(most) = simulation.most_gas(&transaction, &environment)
    {
        transaction.gas_limit = most;
    }
    let nonce = overlay.account(transaction.caller);
    let nonce = nonce.map_err(CallError::from)?.unwrap_or_default().nonce;
    let warnings = signing::warnings(call, &transaction, settings.environment, nonce);

    let tracer = Tracer::calls().map_err(|error| bug(&error))?;
    let recorded = tracer.recorded();
    let mut observers = Observers {
        tracer,
        storage: StorageInspector::default(),
    };
    let mut bounds = Bounds {
        watch: settings.limits.watch,
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
                    return Ok(Ran::invalid(Failure::invalid(&rejected), warnings));
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
            Place::default(),
            &transaction,
            &environment.block,
            &environment.precompiles,
            &ran,
            &mut overlay,
        )
        .map_err(CallError::from)?;
    let root = trace.try_into_call_frame().map_err(|error| bug(&error))?;

    let done = Done {
        settings,
        transaction: &transaction,
        environment: &environment,
        root,
        ran,
        entries: storage.entries(),
    };
    let mut ran = done.report(overlay)?;
    ran.report.repeated_output = RepeatedOutput::take_from(&mut ran.report);
    (ran.report.access_list, ran.report.storage_touched) = storage.finish();
    ran.report.warnings = warnings;
    if ran.report.status == CallStatus::Success {
        match signing::gas_limit(&simulation, call, transaction, environment)? {
            Ok(gas) => ran.report.gas_limit = Some(gas),
            Err(warning) => ran.report.warnings.push(warning),
        }
    }
    ran.recorded = bytes - bounds.bytes;
    Ok(ran)
}

impl Ran {
    /// A call that no block can hold.
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

/// A call that has run and has not been committed.
struct Done<'d> {
    settings: &'d Settings<'d>,
    transaction: &'d TxEnv,
    environment: &'d Environment,
    root: CallFrame,
    ran: ResultAndState,
    /// Entries of mappings that were written.
    entries: &'d BTreeMap<(Address, U256), Entry>,
}

impl Done<'_> {
    /// What it did on the state of `overlay`.
    fn report(self, mut overlay: Overlay<'_>) -> Result<Ran, ReportError> {
        let Settings {
            bundle,
            asking,
            limits: CallLimits { gas, watch, .. },
            prices,
            ..
        } = self.settings;
        let result = &self.ran.result;
        let budget = &mut Budget::new(*gas);
        let mut reader = Reader::new(asking, &mut overlay, *watch, budget);
        let mut logs = Vec::new();
        let mut events = 0_usize;
        for log in result.logs() {
            let readings = event::read(log);
            events = events.saturating_add(readings.iter().map(Vec::len).sum());
            reader.can_ask(events)?;
            logs.push(readings);
        }
        let calls = || surviving(&self.root);
        let mut candidates = self.candidates();
        for call in calls().filter(|call| call.typ == "CALL") {
            for (approval, is_spent) in call
                .to
                .map(|contract| touched_by(contract, call.from, &call.input))
                .unwrap_or_default()
            {
                candidates.add_approval(approval, is_spent);
            }
        }
        let claims = Claims::new(&logs, &candidates);
        let owned = claims.read(&mut reader)?;
        // Who may move a token may no more when it has moved.
        for (token, token_id) in claims.owned(&owned) {
            candidates.add_approval(Approval::Erc721 { token, token_id }, true);
        }
        let approvals = Approvals::new(&logs, &candidates);
        let granted = approvals.read(&mut reader)?;
        let fees = self.fees();
        let created: Vec<_> = calls().filter_map(CreatedContract::of).collect();
        let errors = Errors(&bundle.abi);
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

        let source = overlay.source();
        overlay.commit(self.ran.state);
        let diff = overlay.diff();
        report.state_diff = state_diff(source, &diff).map_err(CallError::from)?;
        let mut reader = Reader::new(asking, &mut overlay, *watch, budget);
        let owned = (owned, claims.read(&mut reader)?);
        let granted = (granted, approvals.read(&mut reader)?);
        report.asset_changes = claims.changes(owned.0, owned.1);
        let native = native_changes(&report.state_diff, &fees, &mut reader)?;
        report.asset_changes.extend(native);
        report.asset_changes.sort_by_key(AssetChange::order);
        report.approval_changes = approvals.changes(granted.0, granted.1);
        for contract in created {
            let account = overlay.account(contract.address);
            if account.map_err(CallError::from)?.is_some() {
                report.contracts_created.push(contract);
            }
        }
        report.fees = fees;
        Ok(Ran {
            report,
            diff,
            logs,
            candidates,
            recorded: 0,
        })
    }

    /// What may have changed without an event: what the entries of mappings hold that were written, and what the
    /// sender has, of each contract whose storage is another than before.
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
                candidates.add(*contract, entry);
                candidates.add(entry.caller, entry);
            }
        }
        for contract in written {
            candidates.add_holder(self.transaction.caller, contract);
        }
        candidates
    }

    /// What the transaction costs its sender, and what is left of that to who makes the block.
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
        // What a destroyed account receives is gone with it.
        let receiver = self.ran.state.get(&block.beneficiary);
        let is_gone = receiver.is_some_and(|account| account.is_selfdestructed());
        let received = if is_gone {
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

/// The changes of the native currency by the state: all that the fees are not.
pub(super) fn native_changes(
    diff: &[AccountDiff],
    fees: &[Fee],
    after: &mut Reader<'_, '_>,
) -> Result<Vec<AssetChange>, ReportError> {
    let mut changes = Vec::new();
    let mut push = |account, before: U256, after: U256, fee: Option<&Fee>| {
        let change = match fee.map(|fee| fee.change) {
            None => Delta::between(before, after),
            Some(fee) if fee.is_loss => Delta::between(before, after.saturating_add(fee.amount)),
            Some(fee) => Delta::between(before.saturating_add(fee.amount), after),
        };
        if !change.is_zero() {
            changes.push(AssetChange {
                account,
                asset: Asset::Native,
                before: Some(before),
                after: Some(after),
                change,
                claimed: None,
                agrees: true,
            });
        }
    };
    let mut unmoved: BTreeMap<_, _> = fees.iter().map(|fee| (fee.account, fee)).collect();
    for account in diff {
        if let Some(balance) = &account.balance {
            let fee = unmoved.remove(&account.address);
            push(account.address, balance.before, balance.after, fee);
        }
    }
    // Who received what the fee took away.
    for (account, fee) in unmoved {
        let balance = after.owned(account, Asset::Native)?.unwrap_or_default();
        push(account, balance, balance, Some(fee));
    }
    Ok(changes)
}

/// The calls below `root`, itself among them, that did not fail and are in none that failed, in the order
/// in which they began.
fn surviving(root: &CallFrame) -> impl Iterator<Item = &CallFrame> {
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
