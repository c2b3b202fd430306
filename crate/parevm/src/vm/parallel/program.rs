//! A block as a program of the transaction scheduler.

use super::{
    call_class,
    code_store::CodeStore,
    commuting_evm::{CommutingEvm, Ran},
    database::ViewDatabase,
    location::Location,
    memory::Epochs,
    nonces::Nonces,
    value::{AccountValue, SlotValue, StateValue},
};
use crate::{
    bal::BalBuilder,
    block::Block,
    execute::{BlockExecution, ExecuteError, ExecuteOptions},
    state::{SourceError, StateSource},
    vm::{Environment, execute_error, memo::PrecompileMemo},
};
use alloy_eip7928::BlockAccessIndex;
use alloy_primitives::U256;
use parevm_stm::{
    Executable, Mode, Parties, Program, Progress, TransactionExecutor, TxIndex, View,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering};

/// The transactions of a block on the state before it.
#[derive(Debug)]
pub(crate) struct BlockProgram<'b> {
    block: &'b Block,
    environment: &'b Environment,
    state: &'b dyn StateSource,
    options: ExecuteOptions<'b>,
    codes: CodeStore,
    nonces: Nonces,
    epochs: Epochs,
    memo: Arc<PrecompileMemo>,
    execution: Mutex<BlockExecution<'b>>,
    /// Made as transactions settle, if one is wanted.
    list: Mutex<Option<BalBuilder>>,
}

/// A block after its pre-execution changes.
#[derive(Debug)]
pub(crate) struct Begun<'b> {
    pub(crate) execution: BlockExecution<'b>,
    /// Access list of the pre-execution changes, if one is made.
    pub(crate) list: Option<BalBuilder>,
    /// Codes that they created.
    pub(crate) codes: CodeStore,
}

/// The value of `location` in the state before the block.
pub(crate) fn base(
    state: &dyn StateSource,
    location: &Location,
) -> Result<StateValue, SourceError> {
    Ok(match location {
        Location::Account(address) => StateValue::Account(AccountValue {
            account: state.account(*address)?,
            epoch: 0,
        }),
        Location::Slot(address, slot) => StateValue::Slot(SlotValue {
            value: state.storage(*address, *slot)?,
            epoch: 0,
        }),
    })
}

impl<'b> BlockProgram<'b> {
    /// The program of `block`, whose senders will have `nonces`, in a run with `epochs`.
    pub(crate) fn new(
        block: &'b Block,
        environment: &'b Environment,
        state: &'b dyn StateSource,
        options: &ExecuteOptions<'b>,
        nonces: Nonces,
        epochs: Epochs,
        begun: Begun<'b>,
    ) -> Self {
        Self {
            block,
            environment,
            state,
            options: *options,
            codes: begun.codes,
            memo: Arc::default(),
            nonces,
            epochs,
            execution: Mutex::new(begun.execution),
            list: Mutex::new(begun.list),
        }
    }

    /// What final transactions left, beside the state.
    pub(crate) fn execution(&self) -> MutexGuard<'_, BlockExecution<'b>> {
        self.execution
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, at the end.
    pub(crate) fn into_parts(self) -> (BlockExecution<'b>, CodeStore) {
        let execution = self.execution.into_inner();
        let execution = execution.unwrap_or_else(PoisonError::into_inner);
        (execution, self.codes)
    }

    /// The access list of what is final.
    pub(crate) fn take_list(&self) -> Option<BalBuilder> {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.take()
    }

    /// Adds what a final transaction did to the access list, if one is made.
    fn list(&self, index: TxIndex, ran: &mut Ran) -> Result<(), SourceError> {
        let Some(changes) = ran.changes.take() else {
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
        match ran.reward {
            Some(reward) => {
                list.record_reward(at, self.environment.block.beneficiary, reward, base)
            }
            None => Ok(()),
        }
    }

    /// Codes that came into being.
    pub(crate) fn codes(&self) -> &CodeStore {
        &self.codes
    }
}

impl<'b> Program for BlockProgram<'b> {
    type Location = Location;
    type Value = StateValue;
    type Output = Ran;
    type Error = ExecuteError;

    fn base(&self, location: &Location) -> Result<StateValue, ExecuteError> {
        base(self.state, location).map_err(|source| ExecuteError::StateUnavailable {
            index: None,
            source,
        })
    }

    fn commit(&self, index: TxIndex, mut output: Ran) -> Result<(), ExecuteError> {
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
        // Relaxed: a flag that is seen late ends the run late.
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
        BlockWorker {
            evm: CommutingEvm::new(
                self.environment,
                database,
                &self.memo,
                self.options.access_list_output,
            ),
            program: self,
        }
    }
}

/// Runs transactions of a block on one worker.
pub(crate) struct BlockWorker<'m, 'b> {
    evm: CommutingEvm<'m, 'b>,
    program: &'m BlockProgram<'b>,
}

impl<'m, 'b: 'm> TransactionExecutor<'m, BlockProgram<'b>> for BlockWorker<'m, 'b> {
    fn view(&mut self) -> &mut View<'m, BlockProgram<'b>> {
        &mut self.evm.database().view
    }

    fn execute(&mut self, index: TxIndex, mode: Mode) -> Result<Progress<Ran>, ExecuteError> {
        let index = index.as_usize();
        let transaction = &self.program.block.transactions[index].env;
        if mode == Mode::AtCommitIndex {
            // What the block has no room for is refused as such, before anything
            // else is wrong with it. The commit counts it.
            self.program.execution().admit_next()?;
        }
        self.evm
            .transact(transaction)
            .map_err(|error| execute_error(Some(index), error))
    }

    fn resume(&mut self, index: TxIndex, _mode: Mode) -> Result<Progress<Ran>, ExecuteError> {
        self.evm
            .resume()
            .map_err(|error| execute_error(Some(index.as_usize()), error))
    }
}
