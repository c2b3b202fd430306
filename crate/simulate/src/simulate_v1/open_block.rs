//! Open block: a simulated block while its calls execute.

use super::{
    CallFailure, CallResult, SimulateError, SimulatedBlock,
    block_plan::BlockPlan,
    branch_state::BranchState,
    header::draft_header,
    log_tracer::{IndexedLog, LogTracer},
    simulator::Simulator,
    transaction::{Envelope, build_transaction, transaction_environment},
};
use crate::{
    CallError, CallRequest, InvalidRequest, Rejected, brief, call,
    overrides::{move_precompiles, narrow},
    request::unchecked_nonce,
    trace::FrameOutcomes,
};
use alloy_consensus::Header;
use alloy_eip7928::BlockAccessIndex;
use alloy_eips::eip4895::Withdrawals;
use alloy_primitives::{Address, B256, U256};
use alloy_rpc_types_eth::Log as PlacedLog;
use parevm::{
    bal::{BalBuilder, BalRecorder},
    block::{Block, Transaction, Withdrawal},
    build::{BlockResults, seal},
    execute::{BlockExecution, ExecuteError, ExecuteOptions, Receipt},
    interrupt::Watch,
    state::{Account, Overlay},
    system,
    vm::{
        Bounds, Environment, ExecutionResult, SpecId, TransactError, TxEnv, execute_error, inspect,
    },
};
use revm::{context::result::EVMError, context_interface::Transaction as _};
use std::sync::Arc;

/// Draft of a simulated block: header and environment.
pub(super) struct BlockDraft {
    header: Header,
    withdrawals: Withdrawals,
    block: Block,
    environment: Environment,
}

impl BlockDraft {
    /// Returns the draft of the block of `plan`.
    pub(super) fn new(
        simulator: &Simulator<'_>,
        plan: &BlockPlan<'_>,
    ) -> Result<Self, SimulateError> {
        let header = draft_header(simulator, plan)?;
        let withdrawals = plan.requested.block_overrides.withdrawals.clone();
        let withdrawals = withdrawals.unwrap_or_default();
        let paid = withdrawals.iter().map(Withdrawal::from);
        let block = Block {
            withdrawals: paid.filter(|_| header.withdrawals_root.is_some()).collect(),
            ..Block::new(
                simulator.base.chain_id,
                simulator.base.schedule.clone(),
                (&header).into(),
                Vec::new(),
            )
        };
        let environment =
            block_environment(&block, plan)?.with_memory_limit(simulator.limits.memory);
        Ok(Self {
            header,
            withdrawals,
            block,
            environment,
        })
    }
}

/// Simulated block while its calls execute.
pub(super) struct OpenBlock<'b> {
    draft: &'b BlockDraft,
    state_before: &'b BranchState<'b>,
    database: BalRecorder<Overlay<'b>>,
    execution: BlockExecution<'b>,
    transactions: Vec<Envelope>,
    /// Before Byzantium: the state root after each transaction.
    receipt_roots: Vec<B256>,
    calls: Vec<CallResult>,
    /// Index of the next log.
    next_log: u64,
}

impl<'b> OpenBlock<'b> {
    /// Starts the block of `draft` on `state_before`: applies the pre-execution changes.
    pub(super) fn begin(
        draft: &'b BlockDraft,
        state_before: &'b BranchState<'b>,
    ) -> Result<Self, SimulateError> {
        let environment = &draft.environment;
        let spec = environment.spec();
        let makes_list = spec.is_enabled_in(SpecId::AMSTERDAM);
        let mut database = BalRecorder {
            database: Overlay::new(state_before, spec),
            index: BlockAccessIndex::PRE_EXECUTION,
            list: makes_list.then(BalBuilder::default),
        };
        // Receipts are built per transaction: the block does not know its transactions in advance.
        let options = ExecuteOptions {
            on_receipt: Some(&|_: &Receipt| ()),
            ..ExecuteOptions::default()
        };
        let execution = BlockExecution::begin(&draft.block, environment, &options, &mut database)?;
        Ok(Self {
            draft,
            state_before,
            database,
            execution,
            transactions: Vec::new(),
            receipt_roots: Vec::new(),
            calls: Vec::new(),
            next_log: 0,
        })
    }

    /// Executes the next call, and returns the gas that it used.
    pub(super) fn call(
        &mut self,
        simulator: &Simulator<'_>,
        request: &CallRequest,
    ) -> Result<u64, SimulateError> {
        let sender = request.from.unwrap_or(Address::ZERO);
        let account = self.database.database.account(sender);
        let account = account.map_err(CallError::from)?.unwrap_or_default();
        let left = self
            .draft
            .header
            .gas_limit
            .saturating_sub(self.execution.gas_pool().used());
        let requested = request.gas.unwrap_or(left);
        if requested > left {
            return Err(SimulateError::BlockGasLimit { requested, left });
        }
        let gas = requested.min(simulator.gas_left);
        let nonce = request.nonce.unwrap_or(account.nonce);
        let (transaction, envelope) =
            build_transaction(request, gas, nonce, &self.draft.environment)?;
        let (result, failure, logs) = self
            .execute(simulator, transaction.env.clone(), &account)
            .map_err(|error| {
                error.in_context(|message| format!("err: {message} (supplied gas {gas})"))
            })?;
        let failure = failure.map(|error| call_failure(&error, gas < requested));
        Ok(self.commit(transaction, envelope, result, failure, logs)?)
    }

    /// Executes `transaction` of the account `sender`, and returns its result, its error if it failed, and its logs.
    fn execute(
        &mut self,
        simulator: &Simulator<'_>,
        mut transaction: TxEnv,
        sender: &Account,
    ) -> Result<(ExecutionResult, Option<CallError>, Vec<IndexedLog>), CallError> {
        let is_checked = simulator.has_validation;
        if !is_checked {
            transaction.nonce = unchecked_nonce(sender.nonce);
            self.fund_blob_fee(&mut transaction, sender)?;
        }
        let environment =
            transaction_environment(&self.draft.environment, &transaction, is_checked);
        let mut tracer = LogTracer::new(self.next_log, simulator.traces_transfers);
        let watch = simulator.limits.watch;
        let ran = inspect(
            &environment,
            &mut self.database.database,
            transaction.clone(),
            &mut tracer,
            &mut Bounds::of_time(watch),
        );
        let mut ran = ran.map_err(|error| match error {
            TransactError::Interrupted(interrupt) => CallError::Interrupted(interrupt),
            TransactError::TooLarge => CallError::from(ExecuteError::Bug {
                invariant: "a simulated call records nothing without bounds",
            }),
            TransactError::Evm(EVMError::Transaction(found)) => {
                Rejected::new(found, &transaction, &environment, sender).into()
            }
            TransactError::Evm(error) => {
                CallError::from(execute_error(Some(self.calls.len()), error))
            }
        })?;
        ran.result = call::corrected(ran.result);
        let failure = match ran.result.is_success() {
            true => None,
            false => Some(self.failure(&ran.result, &transaction, &environment, watch)?),
        };
        // Without the check the nonce wraps around after the last one.
        if !is_checked
            && sender.nonce == u64::MAX
            && transaction.kind.is_call()
            && let Some(account) = ran.state.get_mut(&transaction.caller)
        {
            account.info.nonce = 0;
        }
        self.database.commit_transaction(&mut ran.state);
        let (logs, next) = tracer.finish();
        self.next_log = next;
        Ok((ran.result, failure, logs))
    }

    /// Returns the error of `transaction`, which ended with `result` and is not yet committed.
    fn failure(
        &mut self,
        result: &ExecutionResult,
        transaction: &TxEnv,
        environment: &Environment,
        watch: Option<Watch<'_>>,
    ) -> Result<CallError, CallError> {
        let mut outcomes = FrameOutcomes::default();
        if result.is_halt() {
            let overlay = &mut self.database.database;
            let mut bounds = Bounds::of_time(watch);
            // The second run has the same result.
            if let Err(TransactError::Interrupted(interrupt)) = inspect(
                environment,
                overlay,
                transaction.clone(),
                &mut outcomes,
                &mut bounds,
            ) {
                return Err(CallError::Interrupted(interrupt));
            }
        }
        Ok(call::failure(result.clone(), &outcomes))
    }

    /// Sets the blob fee of a transaction with blobs that offers none, and credits it to a sender that cannot pay:
    /// geth skips the check and lets the balance underflow.
    fn fund_blob_fee(
        &mut self,
        transaction: &mut TxEnv,
        sender: &Account,
    ) -> Result<(), CallError> {
        if transaction.blob_hashes.is_empty() || transaction.max_fee_per_blob_gas > 0 {
            return Ok(());
        }
        let price = self.draft.environment.blob_gas_price();
        let blob_gas = U256::from(transaction.total_blob_gas());
        let fee = U256::from(price).saturating_mul(blob_gas);
        let gas_fee = U256::from(transaction.gas_limit)
            .saturating_mul(U256::from(transaction.gas_price))
            .saturating_add(transaction.value);
        transaction.max_fee_per_blob_gas = price;
        if sender.balance < gas_fee.saturating_add(fee) {
            let overlay = &mut self.database.database;
            system::increase(overlay, transaction.caller, fee)?;
        }
        Ok(())
    }

    /// Commits an executed transaction, and returns the gas that it used.
    fn commit(
        &mut self,
        transaction: Transaction,
        envelope: Envelope,
        result: ExecutionResult,
        error: Option<CallFailure>,
        logs: Vec<IndexedLog>,
    ) -> Result<u64, ExecuteError> {
        let index = self.execution.committed();
        let gas = *result.gas();
        let hash = transaction.hash;
        let logs = logs.into_iter().map(|(log_index, log)| PlacedLog {
            inner: log,
            block_hash: None,
            block_number: Some(self.draft.header.number),
            block_timestamp: Some(self.draft.header.timestamp),
            transaction_hash: hash,
            transaction_index: Some(index as u64),
            log_index: Some(log_index),
            removed: false,
        });
        let returned = result.output().filter(|_| result.is_success());
        self.calls.push(CallResult {
            return_data: returned.cloned().unwrap_or_default(),
            logs: logs.collect(),
            gas_used: gas.tx_gas_used(),
            max_used_gas: Some(gas.total_gas_spent().max(gas.floor_gas())),
            status: result.is_success(),
            error,
        });
        self.execution.commit(&transaction, result)?;
        self.transactions.push(envelope);
        if !self
            .draft
            .environment
            .spec()
            .is_enabled_in(SpecId::BYZANTIUM)
        {
            let mut state = self.state_before.state.clone();
            state.apply(&self.database.database.diff());
            self.receipt_roots.push(state.root());
        }
        Ok(gas.tx_gas_used())
    }

    /// Applies the post-execution changes, and seals the block.
    pub(super) fn finish(
        mut self,
        simulator: &Simulator<'_>,
    ) -> Result<SimulatedBlock, SimulateError> {
        self.database.index.increment();
        let system = self.execution.finish(&mut self.database)?;
        let mut state = self.state_before.state.clone();
        state.apply(&self.database.database.diff());
        let gas_pool = *self.execution.gas_pool();
        let results = BlockResults {
            receipts: self.execution.into_receipts(),
            receipt_roots: self.receipt_roots,
            gas_used: gas_pool.used(),
            blob_gas_used: gas_pool.blob_gas_used(),
            requests_hash: system.requests.map(|requests| requests.requests_hash()),
            block_access_list: self.database.list.map(BalBuilder::finish),
            state,
        };
        let block = seal(
            self.draft.header.clone(),
            self.draft.environment.spec(),
            self.transactions,
            self.draft.withdrawals.clone(),
            results,
            simulator.parent.total_difficulty,
        );
        let hash = block.hash;
        for log in self.calls.iter_mut().flat_map(|call| &mut call.logs) {
            log.block_hash = Some(hash);
        }
        Ok(SimulatedBlock {
            block: Arc::new(block),
            calls: self.calls,
        })
    }
}

/// Returns the environment of `block`, with the overrides of `plan` that are not in the header.
fn block_environment(block: &Block, plan: &BlockPlan<'_>) -> Result<Environment, InvalidRequest> {
    let mut environment = Environment::new(block);
    // As in geth, a simulated block may hold more blobs than its fork allows.
    environment.blob_params = None;
    move_precompiles(
        &plan.requested.state_overrides,
        &mut environment.precompiles,
    )?;
    let price = plan.requested.block_overrides.header.blob_base_fee;
    if let (Some(price), Some(blob)) = (price, &mut environment.block.blob_excess_gas_and_price) {
        blob.blob_gasprice = narrow(price, "blobBaseFee")?;
    }
    Ok(environment)
}

/// Returns the error of a call result. `is_capped`: the call had less gas than requested.
fn call_failure(error: &CallError, is_capped: bool) -> CallFailure {
    let mut message = error.to_string();
    let code = match error {
        CallError::Halted { .. } => CallFailure::VM_EXECUTION_ERROR_CODE,
        reverted => reverted.code(),
    };
    if is_capped && error.data().is_none() {
        message += " (gas limit was capped by the RPC server's global gas cap)";
    }
    CallFailure {
        code,
        message: brief(message),
        data: error.data().cloned(),
    }
}
