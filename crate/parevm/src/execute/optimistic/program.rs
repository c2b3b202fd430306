//! Block as a program of the scheduler.

use super::call_class;
use crate::{
    bal::BalBuilder,
    block::Block,
    execute::{AccessListOutput, BlockExecution, ExecuteError, ExecuteOptions},
    state::{SourceError, StateSource},
    vm::{
        Environment, Location, execute_error,
        memo::PrecompileMemo,
        optimistic::{
            CodeStore, Epochs, OptimisticEvm, PredictedNonces, StateChanges, StateValue,
            TransactionOutput, ViewDatabase,
        },
    },
};
use alloy_eip7928::BlockAccessIndex;
use alloy_primitives::U256;
use parevm_stm::{
    Executable, Mode, Parties, Program, Progress, TransactionExecutor, TxIndex, View,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering};

/// Block as a program of the scheduler: its transactions, and the state before it.
#[derive(Debug)]
pub(crate) struct BlockProgram<'b> {
    block: &'b Block,
    environment: &'b Environment,
    state: &'b dyn StateSource,
    options: ExecuteOptions<'b>,
    codes: CodeStore,
    nonces: PredictedNonces,
    epochs: Epochs,
    memo: Arc<PrecompileMemo>,
    execution: Mutex<BlockExecution<'b>>,
    /// Access list of the committed transactions, if one is built.
    list: Mutex<Option<BalBuilder>>,
}

/// Block after its pre-execution changes.
#[derive(Debug)]
pub(crate) struct StartedBlock<'b> {
    pub(crate) execution: BlockExecution<'b>,
    /// Access list of the pre-execution changes, if one is built.
    pub(crate) list: Option<BalBuilder>,
    /// Codes that the pre-execution changes created.
    pub(crate) codes: CodeStore,
}

impl<'b> BlockProgram<'b> {
    /// Creates the program of `block`, with the predicted `nonces` of its senders, for an execution with `epochs`.
    pub(crate) fn new(
        block: &'b Block,
        environment: &'b Environment,
        state: &'b dyn StateSource,
        options: &ExecuteOptions<'b>,
        nonces: PredictedNonces,
        epochs: Epochs,
        started: StartedBlock<'b>,
    ) -> Self {
        Self {
            block,
            environment,
            state,
            options: *options,
            codes: started.codes,
            memo: Arc::default(),
            nonces,
            epochs,
            execution: Mutex::new(started.execution),
            list: Mutex::new(started.list),
        }
    }

    /// Returns the results of the committed transactions.
    pub(crate) fn execution(&self) -> MutexGuard<'_, BlockExecution<'b>> {
        self.execution
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the results and codes of the block, at the end.
    pub(crate) fn into_parts(self) -> (BlockExecution<'b>, CodeStore) {
        let execution = self.execution.into_inner();
        let execution = execution.unwrap_or_else(PoisonError::into_inner);
        (execution, self.codes)
    }

    /// Takes the access list of the committed transactions.
    pub(crate) fn take_list(&self) -> Option<BalBuilder> {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.take()
    }

    /// Adds a committed transaction to the access list, if one is built.
    fn list(&self, index: TxIndex, output: &mut TransactionOutput) -> Result<(), SourceError> {
        let Some(changes) = output.changes.take() else {
            return Ok(());
        };
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(list) = list.as_mut() else {
            return Ok(());
        };
        let base = |address| {
            let account = self.state.account(address)?;
            Ok(account.map_or(U256::ZERO, |account| account.balance))
        };
        let at = BlockAccessIndex::from_tx_index(index.get().into());
        list.record_optimistic(at, *changes, base)?;
        match output.reward {
            Some(reward) => {
                list.record_reward(at, self.environment.block.beneficiary, reward, base)
            }
            None => Ok(()),
        }
    }

    /// Returns the codes that the block created.
    pub(crate) fn codes(&self) -> &CodeStore {
        &self.codes
    }
}

impl<'b> Program for BlockProgram<'b> {
    type Location = Location;
    type Value = StateValue;
    type Output = TransactionOutput;
    type Error = ExecuteError;

    fn base(&self, location: &Location) -> Result<StateValue, ExecuteError> {
        StateValue::read(self.state, location).map_err(|source| ExecuteError::StateUnavailable {
            index: None,
            source,
        })
    }

    fn commit(&self, index: TxIndex, mut output: TransactionOutput) -> Result<(), ExecuteError> {
        self.list(index, &mut output)
            .map_err(|source| ExecuteError::StateUnavailable {
                index: Some(index.as_usize()),
                source,
            })?;
        self.execution().commit_next(output.result)
    }

    fn parties(&self, index: TxIndex) -> Parties {
        call_class::parties(&self.block.transactions[index.as_usize()].env)
    }

    fn cancelled(&self) -> bool {
        // Relaxed: a flag that is seen late ends the execution late.
        self.options
            .cancel
            .is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }
}

impl<'b> Executable for BlockProgram<'b> {
    type Executor<'m>
        = BlockWorker<'m, 'b>
    where
        Self: 'm;

    fn executor<'m>(&'m self, view: View<'m, Self>) -> BlockWorker<'m, 'b> {
        let database = ViewDatabase::new(view, self.state, &self.codes, &self.nonces, self.epochs);
        let state_changes = match self.options.access_list_output {
            AccessListOutput::Returned => StateChanges::Kept,
            AccessListOutput::Omitted => StateChanges::Dropped,
        };
        BlockWorker {
            evm: OptimisticEvm::new(self.environment, database, &self.memo, state_changes),
            program: self,
        }
    }
}

/// Executor of a block's transactions on one worker.
pub(crate) struct BlockWorker<'m, 'b> {
    evm: OptimisticEvm<'m, BlockProgram<'b>>,
    program: &'m BlockProgram<'b>,
}

impl<'m, 'b: 'm> TransactionExecutor<'m, BlockProgram<'b>> for BlockWorker<'m, 'b> {
    fn view(&mut self) -> &mut View<'m, BlockProgram<'b>> {
        &mut self.evm.database().view
    }

    fn execute(
        &mut self,
        index: TxIndex,
        mode: Mode,
    ) -> Result<Progress<TransactionOutput>, ExecuteError> {
        let index = index.as_usize();
        let transaction = &self.program.block.transactions[index].env;
        if mode == Mode::AtCommitIndex {
            // A transaction that exceeds the block's gas fails for that, before it is validated. The commit counts
            // its gas.
            self.program.execution().admit_next()?;
        }
        self.evm
            .transact(transaction)
            .map_err(|error| execute_error(Some(index), error))
    }

    fn resume(
        &mut self,
        index: TxIndex,
        _mode: Mode,
    ) -> Result<Progress<TransactionOutput>, ExecuteError> {
        self.evm
            .resume()
            .map_err(|error| execute_error(Some(index.as_usize()), error))
    }
}
