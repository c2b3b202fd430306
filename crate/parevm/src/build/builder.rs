//! A new block on top of a parent.

use super::{
    BlockAttributes, BlockResults, ExecutedBlock, SentTransaction, next_header, receipt_roots,
    seal,
    select::{is_fault_of_transaction, select},
};
use crate::{
    Engine,
    block::{Block, ForkSchedule, Transaction, Withdrawal},
    execute::{AccessListOutput, BlockOutcome, ExecuteError, ExecuteOptions},
    interrupt::Watch,
    state::StateSource,
    vm::{Environment, SpecId},
};
use alloy_consensus::{Header, transaction::Recovered};
use alloy_eips::{
    eip4895::{Withdrawal as ConsensusWithdrawal, Withdrawals},
    eip7685::Requests,
    eip7825::MAX_TX_GAS_LIMIT_OSAKA,
};
use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// Treatment of a transaction that the block cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The build fails.
    Fails,
    /// The block is built without it.
    LeftOut,
}

/// A block that was built and is not yet in a chain.
#[derive(Debug)]
pub struct BuiltBlock {
    /// The sealed block.
    pub block: ExecutedBlock,
    /// Requests to the consensus layer (EIP-7685); empty before Prague.
    pub requests: Requests,
    /// Offered transactions that the block does not hold, by position, with the reason.
    pub left_out: Vec<(usize, ExecuteError)>,
}

/// Builder of the child of a block.
#[derive(Clone, Copy)]
pub struct BlockBuilder<'a> {
    /// EIP-155 chain id of the new block.
    pub chain_id: u64,
    /// Fork schedule of the chain.
    pub schedule: &'a ForkSchedule,
    /// Parent of the new block.
    pub parent: &'a ExecutedBlock,
    /// State after the parent, with the hashes of its ancestors.
    pub state: &'a dyn StateSource,
    /// Bytes that the memory of a contract and of its callers may take together.
    pub memory_bytes: usize,
    /// Ends a build that takes too long. It is asked between transactions, and within those that have more gas than
    /// EIP-7825 allows, which then run in order.
    pub watch: Option<Watch<'a>>,
}

impl std::fmt::Debug for BlockBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockBuilder")
            .field("chain_id", &self.chain_id)
            .field("parent", &self.parent.hash)
            .finish_non_exhaustive()
    }
}

impl BlockBuilder<'_> {
    /// Builds a block of `transactions`, in this order. They run once, and once more where some are left out.
    ///
    /// Contracts may send transactions (against EIP-3607): impersonated accounts do.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`]; with [`Unfit::LeftOut`] none that names a transaction. [`ExecuteError::Interrupted`] when the
    /// watch ends the build.
    pub fn build(
        &self,
        engine: &Engine,
        attributes: &BlockAttributes,
        mut transactions: Vec<SentTransaction>,
        unfit: Unfit,
    ) -> Result<BuiltBlock, ExecuteError> {
        let parent = &self.parent.block.header;
        let header = next_header(self.schedule, parent, self.parent.hash, attributes);
        let executable = |transactions: &[SentTransaction]| {
            let withdrawals = &attributes.withdrawals;
            executable(
                self.chain_id,
                self.schedule,
                &header,
                transactions,
                withdrawals,
            )
        };
        let mut input = executable(&transactions);
        let environment = Environment::new(&input)
            .with_contract_senders()
            .with_memory_limit(self.memory_bytes);
        let options = ExecuteOptions {
            access_list_output: match environment.spec().is_enabled_in(SpecId::AMSTERDAM) {
                true => AccessListOutput::Returned,
                false => AccessListOutput::Omitted,
            },
            ..Default::default()
        };
        let run = |block: &Block| self.execute(engine, block, &environment, &options);
        let mut left_out = Vec::new();
        let outcome = match run(&input) {
            Err(error) if unfit == Unfit::LeftOut && is_fault_of_transaction(&error) => {
                let refused = select(&input, &environment, self.state, self.watch)?;
                let mut reasons = refused.iter();
                transactions.retain(|_| reasons.next().is_none_or(Option::is_none));
                let refused = refused.into_iter().enumerate();
                left_out.extend(refused.filter_map(|(index, error)| Some((index, error?))));
                input = executable(&transactions);
                run(&input)?
            }
            ran => ran?,
        };
        let mut state = self.parent.state.child();
        state.apply(&outcome.state_diff);
        let receipt_roots = match outcome.receipts_root {
            Some(_) => Vec::new(),
            None => receipt_roots(&input, &environment, self.parent, self.state, self.watch)?,
        };
        let results = BlockResults {
            receipts: outcome.receipts,
            receipt_roots,
            gas_used: outcome.gas_used,
            blob_gas_used: outcome.blob_gas_used,
            requests_hash: outcome.requests_hash,
            block_access_list: outcome.block_access_list,
            state,
        };
        let transactions = transactions.into_iter().map(Recovered::into_inner);
        Ok(BuiltBlock {
            block: seal(
                header,
                environment.spec(),
                transactions.collect(),
                Withdrawals::new(attributes.withdrawals.clone()),
                results,
                self.parent.total_difficulty,
            ),
            requests: outcome.requests.unwrap_or_default(),
            left_out,
        })
    }

    /// As [`Engine::execute_with`], until the watch ends the run.
    fn execute(
        &self,
        engine: &Engine,
        block: &Block,
        environment: &Environment,
        options: &ExecuteOptions<'_>,
    ) -> Result<BlockOutcome, ExecuteError> {
        let Some(watch) = self.watch else {
            return engine.execute_with(block, environment, self.state, options);
        };
        let has_long = block
            .transactions
            .iter()
            .any(|transaction| transaction.env.gas_limit > MAX_TX_GAS_LIMIT_OSAKA);
        if has_long {
            return engine.execute_watched(block, environment, self.state, options, watch);
        }
        let interrupted = OnceLock::new();
        let cancel = AtomicBool::new(false);
        let ask = |_| {
            if let Some(interrupt) = watch() {
                interrupted.get_or_init(|| interrupt);
                cancel.store(true, Relaxed);
            }
        };
        let options = ExecuteOptions {
            cancel: Some(&cancel),
            progress: Some(&ask),
            ..*options
        };
        let ran = engine.execute_with(block, environment, self.state, &options);
        match (ran, interrupted.into_inner()) {
            (Err(ExecuteError::Cancelled { .. }), Some(interrupt)) => {
                Err(ExecuteError::Interrupted(interrupt))
            }
            (ran, _) => ran,
        }
    }
}

/// The block of `transactions` under `header`, ready to be executed. Signatures are not verified again.
#[must_use]
pub fn executable(
    chain_id: u64,
    schedule: &ForkSchedule,
    header: &Header,
    transactions: &[SentTransaction],
    withdrawals: &[ConsensusWithdrawal],
) -> Block {
    let withdrawals = withdrawals.iter().map(Withdrawal::from);
    Block {
        withdrawals: withdrawals
            .filter(|_| header.withdrawals_root.is_some())
            .collect(),
        ..Block::new(
            chain_id,
            schedule.clone(),
            header.into(),
            transactions.iter().map(Transaction::from).collect(),
        )
    }
}
