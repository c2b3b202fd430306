//! What final transactions leave beside the state, in block order.
//!
//! Every executor settles into a ledger, so this is the one place that counts gas, makes receipts and
//! tells who listens.

use super::{ExecuteError, ExecuteOptions, Limits, Receipt};
use crate::{
    block::Block,
    vm::{Environment, ExecutionResult},
};
use alloy_primitives::Log;
use std::fmt;

/// The results of a block's transactions so far, in block order.
#[derive(Clone)]
pub struct Ledger<'a> {
    block: &'a Block,
    options: ExecuteOptions<'a>,
    /// Wei per gas.
    base_fee: u64,
    limits: Limits,
    kept: Kept,
}

/// Receipts are made as transactions settle only where somebody listens: their blooms take longer
/// than a plain transfer.
#[derive(Clone)]
enum Kept {
    Results(Vec<ExecutionResult>),
    Receipts(Vec<Receipt>),
}

impl<'a> Ledger<'a> {
    /// The ledger of `block` before its first transaction.
    #[must_use]
    pub fn new(block: &'a Block, environment: &Environment, options: &ExecuteOptions<'a>) -> Self {
        let count = block.transactions.len();
        Self {
            block,
            options: *options,
            base_fee: environment.block.basefee,
            limits: Limits::new(environment),
            kept: match options.on_receipt {
                None => Kept::Results(Vec::with_capacity(count)),
                Some(_) => Kept::Receipts(Vec::with_capacity(count)),
            },
        }
    }

    /// Number of settled transactions.
    #[must_use]
    pub fn settled(&self) -> usize {
        match &self.kept {
            Kept::Results(results) => results.len(),
            Kept::Receipts(receipts) => receipts.len(),
        }
    }

    /// True when every transaction of the block is settled.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.settled() == self.block.transactions.len()
    }

    /// Whether the block has room for its next transaction.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::BlockGasExceeded`] or [`ExecuteError::BlobGasExceeded`].
    pub fn admit(&self) -> Result<(), ExecuteError> {
        let index = self.settled();
        match self.block.transactions.get(index) {
            Some(transaction) => { self.limits }.admit(index, &transaction.env),
            None => Ok(()),
        }
    }

    /// Takes the result of the next transaction, which is final, and tells who listens.
    ///
    /// # Errors
    ///
    /// As [`Self::admit`]; [`ExecuteError::Bug`] when the block has no more transactions.
    pub fn settle(&mut self, result: ExecutionResult) -> Result<(), ExecuteError> {
        let index = self.settled();
        let transaction = self
            .block
            .transactions
            .get(index)
            .ok_or(ExecuteError::Bug {
                invariant: "a block settles no more transactions than it has",
            })?;
        self.limits.admit(index, &transaction.env)?;
        self.limits.settle(result.gas());
        match &mut self.kept {
            Kept::Results(results) => results.push(result),
            Kept::Receipts(receipts) => {
                let before = gas_before(receipts);
                let receipt = Receipt::new(index, transaction, result, before, self.base_fee);
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

    /// The logs of each settled transaction. A revert takes its logs back.
    pub fn logs(&self) -> impl Iterator<Item = &[Log]> {
        let (results, receipts) = match &self.kept {
            Kept::Results(results) => (results.as_slice(), [].as_slice()),
            Kept::Receipts(receipts) => ([].as_slice(), receipts.as_slice()),
        };
        let of_results = results.iter().map(|result| match result.is_success() {
            true => result.logs(),
            false => &[],
        });
        of_results.chain(receipts.iter().map(|receipt| receipt.logs.as_slice()))
    }

    /// What the settled transactions used together.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The receipts of the settled transactions.
    #[must_use]
    pub fn into_receipts(self) -> Vec<Receipt> {
        let results = match self.kept {
            Kept::Receipts(receipts) => return receipts,
            Kept::Results(results) => results,
        };
        let mut receipts = Vec::with_capacity(results.len());
        for (index, (transaction, result)) in
            self.block.transactions.iter().zip(results).enumerate()
        {
            let before = gas_before(&receipts);
            receipts.push(Receipt::new(
                index,
                transaction,
                result,
                before,
                self.base_fee,
            ));
        }
        receipts
    }
}

/// Gas used by all transactions before the next one.
fn gas_before(receipts: &[Receipt]) -> u64 {
    receipts
        .last()
        .map_or(0, |receipt| receipt.cumulative_gas_used)
}

impl fmt::Debug for Ledger<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("block", &self.block.header.number)
            .field("settled", &self.settled())
            .finish_non_exhaustive()
    }
}
