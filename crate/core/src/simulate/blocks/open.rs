//! A simulated block while its calls run.

use super::{
    CallFailure, CallResult, SimulateError, SimulatedBlock, Simulator,
    branch::Branch,
    header::header,
    schedule::Place,
    transaction::{Envelope, rules, transaction},
    transfers::Transfers,
};
use crate::{
    bal::{ListBuilder, Recording},
    block::{AlloyBlock, Block, Transaction, Withdrawal},
    chain::StoredBlock,
    execute::{Limits, Receipt, receipts_root, receipts_root_with},
    simulate::{
        CallError, CallRequest, Conflict, call,
        overrides::{move_precompiles, small},
    },
    state::Overlay,
    system::{self, Step},
    vm::{
        Environment, ExecutionResult, HaltReason, InvalidTransaction, Recorded, SpecId, Stop,
        Watched, collision, execute_error,
    },
};
use alloy_consensus::{BlockBody, Header, proofs::calculate_transaction_root};
use alloy_eip7928::BlockAccessIndex;
use alloy_eips::{eip4895::Withdrawals, eip7685::EMPTY_REQUESTS_HASH};
use alloy_primitives::{Address, B256, Log};
use alloy_rlp::Encodable;
use alloy_rpc_types_eth::Log as PlacedLog;
use std::sync::Arc;

/// A block while its calls run.
pub(super) struct OpenBlock<'b> {
    branch: &'b Branch<'b>,
    header: Header,
    withdrawals: Option<Withdrawals>,
    block: Block,
    environment: Environment,
    database: Recording<Overlay<'b>>,
    before: Step,
    used: Limits,
    transactions: Vec<Envelope>,
    receipts: Vec<Receipt>,
    /// Before Byzantium: the state root after each transaction.
    receipt_roots: Vec<B256>,
    calls: Vec<CallResult>,
    /// Logs that the calls have shown.
    shown_logs: u64,
}

impl<'b> OpenBlock<'b> {
    /// The block at `place`, on the state of `branch`. What comes before its calls is done.
    pub(super) fn new(
        simulator: &Simulator<'_>,
        place: &Place<'_>,
        branch: &'b Branch<'b>,
    ) -> Result<Self, SimulateError> {
        let asked = place.asked;
        let header = header(simulator, place)?;
        let chain = simulator.chain;
        let withdrawals = header
            .withdrawals_root
            .map(|_| asked.block_overrides.withdrawals.clone());
        let withdrawals = withdrawals.map(Option::unwrap_or_default);
        let paid = withdrawals.iter().flat_map(|all| all.iter());
        let block = Block {
            withdrawals: paid
                .map(|paid| Withdrawal {
                    address: paid.address,
                    amount: paid.amount,
                })
                .collect(),
            ..Block::new(
                chain.chain_id(),
                chain.schedule().clone(),
                (&header).into(),
                Vec::new(),
            )
        };
        let environment = environment(&block, place)?.with_memory_limit(simulator.limits.memory);
        let spec = environment.spec();
        let makes_list = spec.is_enabled_in(SpecId::AMSTERDAM);
        let mut database = Recording {
            database: Overlay::new(branch, spec),
            index: BlockAccessIndex::PRE_EXECUTION,
            list: makes_list.then(ListBuilder::default),
        };
        let before = system::before_transactions(&mut database, &block, &environment)?;
        Ok(Self {
            branch,
            header,
            withdrawals,
            block,
            used: Limits::new(&environment),
            environment,
            database,
            before,
            transactions: Vec::new(),
            receipts: Vec::new(),
            receipt_roots: Vec::new(),
            calls: Vec::new(),
            shown_logs: 0,
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
        let left = self.header.gas_limit.saturating_sub(self.used.used());
        let asked = request.gas.unwrap_or(left);
        if asked > left {
            return Err(SimulateError::BlockGasLimit { asked, left });
        }
        let gas = asked.min(simulator.gas_left);
        let exhausted = SimulateError::GasLimit { asked, left: gas };
        let nonce = request.nonce.unwrap_or(account.nonce);
        if simulator.validates {
            check_nonce(nonce, account.nonce).map_err(CallError::Invalid)?;
        }
        let (transaction, envelope) = transaction(request, gas, nonce, &self.environment)?;
        let (result, logs) = match self.execute(simulator, &transaction) {
            // It would have had enough without the limit.
            Err(CallError::Invalid(
                InvalidTransaction::CallGasCostMoreThanGasLimit { .. }
                | InvalidTransaction::GasFloorMoreThanGasLimit { .. },
            )) if gas < asked => return Err(exhausted),
            ran => ran?,
        };
        let is_out_of_gas = matches!(
            result,
            ExecutionResult::Halt {
                reason: HaltReason::OutOfGas(_),
                ..
            }
        );
        // Who names no gas takes what is left.
        if is_out_of_gas && gas < asked && request.gas.is_some() {
            return Err(exhausted);
        }
        self.settle(transaction, envelope, result, logs)
    }

    fn execute(
        &mut self,
        simulator: &Simulator<'_>,
        transaction: &Transaction,
    ) -> Result<(ExecutionResult, Vec<Log>), CallError> {
        let environment = rules(&self.environment, &transaction.env, simulator.validates);
        let watch = simulator.limits.watch;
        let watched = Watched::new(Transfers::default(), watch, Recorded::default(), 0);
        let mut evm = environment.inspected_evm(&mut self.database, watched);
        let ran = collision::inspect(&mut evm, transaction.env.clone());
        let inspector = evm.inspector;
        if let Some(Stop::Interrupted(interrupt)) = inspector.stopped() {
            return Err(CallError::Interrupted(interrupt));
        }
        let mut ran = ran.map_err(|error| execute_error(Some(self.calls.len()), error))?;
        self.database.commit_transaction(&mut ran.state);
        let logs = match simulator.traces_transfers {
            true => inspector.inner.into_logs(),
            false => ran.result.logs().to_vec(),
        };
        Ok((ran.result, logs))
    }

    fn settle(
        &mut self,
        transaction: Transaction,
        envelope: Envelope,
        result: ExecutionResult,
        logs: Vec<Log>,
    ) -> Result<u64, SimulateError> {
        let index = self.receipts.len();
        let gas = *result.gas();
        self.used.admit_blobs(index, &transaction.env)?;
        self.used.settle(&gas);
        let hash = transaction.hash;
        let logs = logs.into_iter().map(|log| {
            let log_index = self.shown_logs;
            self.shown_logs += 1;
            PlacedLog {
                inner: log,
                block_hash: None,
                block_number: Some(self.header.number),
                block_timestamp: Some(self.header.timestamp),
                transaction_hash: hash,
                transaction_index: Some(index as u64),
                log_index: Some(log_index),
                removed: false,
            }
        });
        self.calls.push(CallResult {
            return_data: result.output().cloned().unwrap_or_default(),
            logs: logs.collect(),
            gas_used: gas.tx_gas_used(),
            max_used_gas: Some(gas.total_gas_spent().max(gas.floor_gas())),
            status: result.is_success(),
            error: failure(&result),
        });
        let before = self.receipts.last();
        let before = before.map_or(0, |receipt| receipt.cumulative_gas_used);
        let base_fee = self.environment.block.basefee;
        let receipt = Receipt::new(index, &transaction, result, before, base_fee);
        self.receipts.push(receipt);
        self.transactions.push(envelope);
        if !self.environment.spec().is_enabled_in(SpecId::BYZANTIUM) {
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
        let logs = self.receipts.iter().map(|receipt| receipt.logs.as_slice());
        let system = system::after_transactions(
            &mut self.database,
            &self.block,
            &self.environment,
            logs,
            self.before,
        )?;
        let spec = self.environment.spec();
        let since = |fork| spec.is_enabled_in(fork);
        let mut state = self.branch.state.clone();
        state.apply(&self.database.database.diff());
        let receipts_root = match since(SpecId::BYZANTIUM) {
            true => receipts_root(&self.receipts),
            false => receipts_root_with(&self.receipts, &self.receipt_roots),
        };
        // A chain without the contracts that make requests makes none.
        let requests_hash = system.requests.map(|requests| requests.requests_hash());
        let requests_hash = requests_hash.unwrap_or(EMPTY_REQUESTS_HASH);
        let list = self.database.list.map(ListBuilder::finish);
        let header = Header {
            state_root: state.root(),
            transactions_root: calculate_transaction_root(&self.transactions),
            receipts_root,
            logs_bloom: (self.receipts.iter()).fold(Default::default(), |bloom, receipt| {
                bloom | receipt.logs_bloom
            }),
            gas_used: self.used.used(),
            blob_gas_used: since(SpecId::CANCUN).then(|| self.used.blob_gas_used()),
            requests_hash: since(SpecId::PRAGUE).then_some(requests_hash),
            block_access_list_hash: list.map(|list| list.hash()),
            ..self.header
        };
        let hash = header.hash_slow();
        let block = AlloyBlock {
            body: BlockBody {
                transactions: self.transactions,
                ommers: Vec::new(),
                withdrawals: self.withdrawals,
            },
            header,
        };
        let parent = &simulator.parent;
        let difficulty = block.header.difficulty;
        let block = StoredBlock {
            hash,
            size: block.length(),
            block,
            receipts: self.receipts,
            receipt_roots: self.receipt_roots,
            total_difficulty: parent.total_difficulty.saturating_add(difficulty),
            state,
        };
        for log in self.calls.iter_mut().flat_map(|call| &mut call.logs) {
            log.block_hash = Some(hash);
        }
        Ok(SimulatedBlock {
            block: Arc::new(block),
            calls: self.calls,
        })
    }
}

/// Whether a sender with nonce `state` can send `nonce`. The EVM looks at fees first, geth does not.
const fn check_nonce(nonce: u64, state: u64) -> Result<(), InvalidTransaction> {
    if nonce > state {
        Err(InvalidTransaction::NonceTooHigh { tx: nonce, state })
    } else if nonce < state {
        Err(InvalidTransaction::NonceTooLow { tx: nonce, state })
    } else if nonce == u64::MAX {
        Err(InvalidTransaction::NonceOverflowInTransaction)
    } else {
        Ok(())
    }
}

/// What the EVM must know of `block`, with what the request changes beside the header.
fn environment(block: &Block, place: &Place<'_>) -> Result<Environment, Conflict> {
    let mut environment = Environment::new(block);
    move_precompiles(&place.asked.state_overrides, &mut environment.precompiles)?;
    let price = place.asked.block_overrides.facts.blob_base_fee;
    if let (Some(price), Some(blob)) = (price, &mut environment.block.blob_excess_gas_and_price) {
        blob.blob_gasprice = small(price, "blobBaseFee")?;
    }
    Ok(environment)
}

/// How the result of a call that failed says so.
fn failure(result: &ExecutionResult) -> Option<CallFailure> {
    if result.is_success() {
        return None;
    }
    let error = call::failure(result.clone());
    let (code, message) = match &error {
        CallError::Halted { reason } => (
            CallFailure::VM_EXECUTION_ERROR_CODE,
            format!("vm execution error: {reason:?}"),
        ),
        reverted => (reverted.code(), reverted.to_string()),
    };
    Some(CallFailure {
        code,
        message,
        data: error.data().cloned(),
    })
}
