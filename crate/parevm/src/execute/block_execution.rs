//! Execution of a block: pre-execution changes, transactions in block order, post-execution changes.
//!
//! Every executor, the block builder and simulated blocks commit into a [`BlockExecution`]: only this module orders
//! the steps of a block, counts gas, creates receipts and calls listeners.

use super::{ExecuteError, ExecuteOptions, GasPool, Receipt};
use crate::{
    block::{Block, Transaction},
    system::{self, ChangeStatus, ProtocolDatabase, SystemResult},
    vm::{Environment, ExecutionResult},
};
use alloy_primitives::Log;
use std::fmt;

/// Block in execution, with its committed transactions in block order.
#[derive(Clone)]
pub struct BlockExecution<'a> {
    block: &'a Block,
    environment: &'a Environment,
    options: ExecuteOptions<'a>,
    pre_execution: ChangeStatus,
    gas_pool: GasPool,
    committed: Committed,
}

/// Results or receipts. A receipt is created at its commit only for a listener: its bloom takes longer than a plain
/// transfer.
#[derive(Clone)]
enum Committed {
    Results(Vec<ExecutionResult>),
    Receipts(Vec<Receipt>),
}

impl<'a> BlockExecution<'a> {
    /// Starts `block`: applies the pre-execution changes to `database`.
    ///
    /// # Errors
    ///
    /// As [`system::pre_execution_changes`].
    pub fn begin(
        block: &'a Block,
        environment: &'a Environment,
        options: &ExecuteOptions<'a>,
        database: &mut dyn ProtocolDatabase,
    ) -> Result<Self, ExecuteError> {
        let pre_execution = system::pre_execution_changes(database, block, environment)?;
        let count = block.transactions.len();
        Ok(Self {
            block,
            environment,
            options: *options,
            pre_execution,
            gas_pool: GasPool::new(environment),
            committed: match options.on_receipt {
                None => Committed::Results(Vec::with_capacity(count)),
                Some(_) => Committed::Receipts(Vec::with_capacity(count)),
            },
        })
    }

    /// Returns the number of committed transactions.
    #[must_use]
    pub fn committed(&self) -> usize {
        match &self.committed {
            Committed::Results(results) => results.len(),
            Committed::Receipts(receipts) => receipts.len(),
        }
    }

    /// Returns true if every transaction of the block is committed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.committed() == self.block.transactions.len()
    }

    /// Checks that the block has gas and blob gas left for `transaction`; errors contain `index`.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::BlockGasExceeded`] or [`ExecuteError::BlobGasExceeded`].
    pub fn admit(&self, index: usize, transaction: &Transaction) -> Result<(), ExecuteError> {
        { self.gas_pool }.admit(index, &transaction.env)
    }

    /// As [`Self::admit`], for the next transaction of the block.
    ///
    /// # Errors
    ///
    /// As [`Self::admit`].
    pub fn admit_next(&self) -> Result<(), ExecuteError> {
        let index = self.committed();
        match self.block.transactions.get(index) {
            Some(transaction) => self.admit(index, transaction),
            None => Ok(()),
        }
    }

    /// Commits the result of the next transaction of the block, and calls the listeners of the options.
    ///
    /// # Errors
    ///
    /// As [`Self::admit`]; [`ExecuteError::Bug`] if the block has no more transactions.
    pub fn commit_next(&mut self, result: ExecutionResult) -> Result<(), ExecuteError> {
        let block = self.block;
        match block.transactions.get(self.committed()) {
            Some(transaction) => self.commit(transaction, result),
            None => Err(ExecuteError::Bug {
                invariant: "a block commits no more transactions than it has",
            }),
        }
    }

    /// Commits the result of `transaction`, after those committed before.
    ///
    /// # Errors
    ///
    /// As [`Self::admit`].
    pub fn commit(
        &mut self,
        transaction: &Transaction,
        result: ExecutionResult,
    ) -> Result<(), ExecuteError> {
        let index = self.committed();
        self.gas_pool.admit(index, &transaction.env)?;
        self.gas_pool.commit(result.gas());
        match &mut self.committed {
            Committed::Results(results) => results.push(result),
            Committed::Receipts(receipts) => {
                let before = gas_before(receipts);
                let base_fee = self.environment.block.basefee;
                let receipt = Receipt::new(index, transaction, result, before, base_fee);
                if let Some(listener) = self.options.on_receipt {
                    listener(&receipt);
                }
                receipts.push(receipt);
            }
        }
        if let Some(progress) = self.options.progress {
            progress(index + 1);
        }
        Ok(())
    }

    /// Applies the post-execution changes to `database`, and returns their result.
    ///
    /// # Errors
    ///
    /// As [`system::post_execution_changes`].
    pub fn finish(
        &self,
        database: &mut dyn ProtocolDatabase,
    ) -> Result<SystemResult, ExecuteError> {
        self.finish_with(database, self.logs())
    }

    /// As [`Self::finish`], with the `logs` of transactions that are not committed yet.
    pub(super) fn finish_with<'r>(
        &self,
        database: &mut dyn ProtocolDatabase,
        logs: impl IntoIterator<Item = &'r [Log]>,
    ) -> Result<SystemResult, ExecuteError> {
        let (block, environment) = (self.block, self.environment);
        system::post_execution_changes(database, block, environment, logs, self.pre_execution)
    }

    /// Returns the logs of each committed transaction. A reverted transaction has none.
    fn logs(&self) -> impl Iterator<Item = &[Log]> {
        let (results, receipts) = match &self.committed {
            Committed::Results(results) => (results.as_slice(), [].as_slice()),
            Committed::Receipts(receipts) => ([].as_slice(), receipts.as_slice()),
        };
        let of_results = results.iter().map(logs_of);
        of_results.chain(receipts.iter().map(|receipt| receipt.logs.as_slice()))
    }

    /// Returns the gas pool after the committed transactions.
    #[must_use]
    pub const fn gas_pool(&self) -> &GasPool {
        &self.gas_pool
    }

    /// Returns the receipts of the committed transactions, in block order.
    #[must_use]
    pub fn into_receipts(self) -> Vec<Receipt> {
        let results = match self.committed {
            Committed::Receipts(receipts) => return receipts,
            Committed::Results(results) => results,
        };
        let base_fee = self.environment.block.basefee;
        let mut receipts = Vec::with_capacity(results.len());
        for (index, (transaction, result)) in
            self.block.transactions.iter().zip(results).enumerate()
        {
            let before = gas_before(&receipts);
            receipts.push(Receipt::new(index, transaction, result, before, base_fee));
        }
        receipts
    }
}

/// Returns the logs of a transaction. A reverted transaction has none.
pub(super) fn logs_of(result: &ExecutionResult) -> &[Log] {
    match result.is_success() {
        true => result.logs(),
        false => &[],
    }
}

/// Returns the gas used by all transactions before the next one.
fn gas_before(receipts: &[Receipt]) -> u64 {
    receipts
        .last()
        .map_or(0, |receipt| receipt.cumulative_gas_used)
}

impl fmt::Debug for BlockExecution<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockExecution")
            .field("block", &self.block.header.number)
            .field("committed", &self.committed())
            .finish_non_exhaustive()
    }
}
