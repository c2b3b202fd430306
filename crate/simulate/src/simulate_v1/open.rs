//! A simulated block while its calls run.

use super::{
    CallFailure, CallResult, SimulateError, SimulatedBlock, Simulator,
    branch::Branch,
    header::header,
    logs::{LogTracer, NumberedLog},
    schedule::Place,
    transaction::{Envelope, rules, transaction},
};
use crate::{
    CallError, CallRequest, Conflict, Rejected, brief, call,
    overrides::{move_precompiles, small},
    request::spendable,
    trace::Endings,
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

/// A simulated block before its calls: header and rules.
pub(super) struct Draft {
    header: Header,
    withdrawals: Withdrawals,
    block: Block,
    environment: Environment,
}

impl Draft {
    /// The block at `place`.
    pub(super) fn new(simulator: &Simulator<'_>, place: &Place<'_>) -> Result<Self, SimulateError> {
        let header = header(simulator, place)?;
        let withdrawals = place.asked.block_overrides.withdrawals.clone();
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
        let environment = environment(&block, place)?.with_memory_limit(simulator.limits.memory);
        Ok(Self {
            header,
            withdrawals,
            block,
            environment,
        })
    }
}

/// A simulated block while its calls run.
pub(super) struct OpenBlock<'b> {
    draft: &'b Draft,
    branch: &'b Branch<'b>,
    database: BalRecorder<Overlay<'b>>,
    execution: BlockExecution<'b>,
    transactions: Vec<Envelope>,
    /// Before Byzantium: the state root after each transaction.
    receipt_roots: Vec<B256>,
    calls: Vec<CallResult>,
    /// Number of the next log.
    next_log: u64,
}

impl<'b> OpenBlock<'b> {
    /// Starts the block of `draft` on the state of `branch`: applies the pre-execution changes.
    pub(super) fn begin(draft: &'b Draft, branch: &'b Branch<'b>) -> Result<Self, SimulateError> {
        let environment = &draft.environment;
        let spec = environment.spec();
        let makes_list = spec.is_enabled_in(SpecId::AMSTERDAM);
        let mut database = BalRecorder {
            database: Overlay::new(branch, spec),
            index: BlockAccessIndex::PRE_EXECUTION,
            list: makes_list.then(BalBuilder::default),
        };
        // Receipts are made at once: the block does not know its transactions beforehand.
        let options = ExecuteOptions {
            on_receipt: Some(&|_: &Receipt| ()),
            ..ExecuteOptions::default()
        };
        let execution = BlockExecution::begin(&draft.block, environment, &options, &mut database)?;
        Ok(Self {
            draft,
            branch,
            database,
            execution,
            transactions: Vec::new(),
            receipt_roots: Vec::new(),
            calls: Vec::new(),
            next_log: 0,
        })
    }

    /// Runs one more call, and returns the gas that it used.
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
        let asked = request.gas.unwrap_or(left);
        if asked > left {
            return Err(SimulateError::BlockGasLimit { asked, left });
        }
        let gas = asked.min(simulator.gas_left);
        let nonce = request.nonce.unwrap_or(account.nonce);
        let (transaction, envelope) = transaction(request, gas, nonce, &self.draft.environment)?;
        let (result, failure, logs) = self
            .execute(simulator, transaction.env.clone(), &account)
            .map_err(|error| error.said(|words| format!("err: {words} (supplied gas {gas})")))?;
        let failure = failure.map(|error| call_failure(&error, gas < asked));
        Ok(self.commit(transaction, envelope, result, failure, logs)?)
    }

    /// Runs `transaction` of the account `sender`, and returns its result, why it failed, and its logs.
    fn execute(
        &mut self,
        simulator: &Simulator<'_>,
        mut transaction: TxEnv,
        sender: &Account,
    ) -> Result<(ExecutionResult, Option<CallError>, Vec<NumberedLog>), CallError> {
        let is_checked = simulator.validates;
        if !is_checked {
            transaction.nonce = spendable(sender.nonce);
            self.lend_blob_fee(&mut transaction, sender)?;
        }
        let environment = rules(&self.draft.environment, &transaction, is_checked);
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
        ran.result = call::ended(ran.result);
        let failure = match ran.result.is_success() {
            true => None,
            false => Some(self.failure(&ran.result, &transaction, &environment, watch)?),
        };
        // Behind the last nonce is the first one, where nobody looks at it.
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

    /// Why `transaction`, which ended with `result` and is not committed yet, did not succeed.
    fn failure(
        &mut self,
        result: &ExecutionResult,
        transaction: &TxEnv,
        environment: &Environment,
        watch: Option<Watch<'_>>,
    ) -> Result<CallError, CallError> {
        let mut endings = Endings::default();
        if result.is_halt() {
            let overlay = &mut self.database.database;
            let mut bounds = Bounds::of_time(watch);
            // The second run ends as the first.
            if let Err(TransactError::Interrupted(interrupt)) = inspect(
                environment,
                overlay,
                transaction.clone(),
                &mut endings,
                &mut bounds,
            ) {
                return Err(CallError::Interrupted(interrupt));
            }
        }
        Ok(call::failure(result.clone(), &endings))
    }

    /// Makes a transaction with blobs that offers nothing for them one that pays what they cost. A sender that
    /// cannot pay is given it: geth, which does not look, leaves it with less than nothing.
    fn lend_blob_fee(
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

    fn commit(
        &mut self,
        transaction: Transaction,
        envelope: Envelope,
        result: ExecutionResult,
        error: Option<CallFailure>,
        logs: Vec<NumberedLog>,
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
            let mut state = self.branch.state.clone();
            state.apply(&self.database.database.diff());
            self.receipt_roots.push(state.root());
        }
        Ok(gas.tx_gas_used())
    }

    /// Does what comes after the calls, and seals the block.
    pub(super) fn close(
        mut self,
        simulator: &Simulator<'_>,
    ) -> Result<SimulatedBlock, SimulateError> {
        self.database.index.increment();
        let system = self.execution.finish(&mut self.database)?;
        let mut state = self.branch.state.clone();
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

/// What the EVM must know of `block`, with what the request changes beside the header.
fn environment(block: &Block, place: &Place<'_>) -> Result<Environment, Conflict> {
    let mut environment = Environment::new(block);
    // As in geth, a simulated block may hold more blobs than its fork allows.
    environment.blob_params = None;
    move_precompiles(&place.asked.state_overrides, &mut environment.precompiles)?;
    let price = place.asked.block_overrides.facts.blob_base_fee;
    if let (Some(price), Some(blob)) = (price, &mut environment.block.blob_excess_gas_and_price) {
        blob.blob_gasprice = small(price, "blobBaseFee")?;
    }
    Ok(environment)
}

/// How the result of a call says why it failed. `is_capped`: it had less gas than it asked for.
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
