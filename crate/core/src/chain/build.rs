//! A new block is made of transactions.

use super::{Chain, StoredBlock, next_base_fee, next_difficulty, next_excess_blob_gas};
use crate::{
    Engine,
    block::{AlloyBlock, Block, Schedule, Transaction, Withdrawal},
    execute::{
        AccessListOutput, BlockOutcome, ExecuteError, ExecuteOptions, is_fault_of_transaction,
        receipts_root_with, select,
    },
    interrupt::Watch,
    simulate::CallLimits,
    state::StateSource,
    vm::{Environment, Recorded, SpecId, Stop, Watched},
};
use alloy_consensus::{
    BlockBody, EthereumTxEnvelope, Header, TxEip4844,
    proofs::{calculate_transaction_root, calculate_withdrawals_root},
    transaction::Recovered,
};
use alloy_eips::{
    eip4895::{Withdrawal as ConsensusWithdrawal, Withdrawals},
    eip7685::{EMPTY_REQUESTS_HASH, Requests},
    eip7825::MAX_TX_GAS_LIMIT_OSAKA,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rlp::Encodable;
use revm::inspector::NoOpInspector;
use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// A transaction as blocks hold it, with its sender.
pub type SentTransaction = Recovered<EthereumTxEnvelope<TxEip4844>>;

/// What the maker of a block chooses. All else follows from parent, transactions and fork.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockAttributes {
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
    /// Receiver of the fees.
    pub beneficiary: Address,
    /// Gas that all transactions may use together.
    pub gas_limit: u64,
    /// Wei per gas that is burnt; `None` for what EIP-1559 says. Another makes a block that nobody
    /// else takes.
    pub base_fee: Option<u64>,
    /// Randomness of the beacon chain (EIP-4399).
    pub prev_randao: B256,
    /// Root of the parent beacon block (EIP-4788).
    pub parent_beacon_block_root: B256,
    /// At most 32 bytes of the maker's choice.
    pub extra_data: Bytes,
    /// Payments of the consensus layer (EIP-4895).
    pub withdrawals: Vec<ConsensusWithdrawal>,
}

/// What becomes of a transaction that the block cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// No block is made.
    Fails,
    /// The block is made without it.
    LeftOut,
}

/// A block that was made, and is not yet in the chain.
#[derive(Debug)]
pub struct BuiltBlock {
    /// The block and what it leaves.
    pub block: StoredBlock,
    /// What it asks of the consensus layer (EIP-7685); none before Prague.
    pub requests: Requests,
    /// Which of the offered transactions it does not hold, by position, and why.
    pub left_out: Vec<(usize, ExecuteError)>,
}

impl Chain {
    /// Makes a block of `transactions`, in this order, on top of `parent`. It runs once, and once more
    /// where transactions are left out. The chain is as before; [`Chain::push`] takes the block.
    ///
    /// Contracts may send transactions: who impersonates them is not looked at. A system contract that the
    /// chain lacks makes no requests. Of `limits` the gas is not heeded; who
    /// watches is asked between transactions, and within those that have more gas than EIP-7825 allows,
    /// which then run in order.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`], [`ExecuteError::Interrupted`] where it goes beyond `limits`; with [`Unfit::LeftOut`] none that names a transaction.
    pub fn build(
        &self,
        engine: &Engine,
        parent: &StoredBlock,
        attributes: &BlockAttributes,
        mut transactions: Vec<SentTransaction>,
        unfit: Unfit,
        limits: &CallLimits<'_>,
    ) -> Result<BuiltBlock, ExecuteError> {
        let header = next_header(
            self.schedule(),
            &parent.block.header,
            parent.hash,
            attributes,
        );
        let chain_id = self.chain_id();
        let mut input = self.executable(chain_id, &header, &transactions, &attributes.withdrawals);
        let environment = Environment::new(&input)
            .with_contract_senders()
            .with_memory_limit(limits.memory);
        let before = self.state_after(parent);
        let options = ExecuteOptions {
            access_list_output: match environment.spec().is_enabled_in(SpecId::AMSTERDAM) {
                true => AccessListOutput::Returned,
                false => AccessListOutput::Omitted,
            },
            ..Default::default()
        };
        let watch = limits.watch;
        let run = |block: &Block| {
            let options = &options;
            match watch {
                Some(watch) => {
                    execute_watched(engine, block, &environment, &before, options, watch)
                }
                None => engine.execute_with(block, &environment, &before, options),
            }
        };
        let mut left_out = Vec::new();
        let outcome = match run(&input) {
            Err(error) if unfit == Unfit::LeftOut && is_fault_of_transaction(&error) => {
                let refused = select(&input, &environment, &before, watch)?;
                let mut reasons = refused.iter();
                transactions.retain(|_| reasons.next().is_none_or(Option::is_none));
                let refused = refused.into_iter().enumerate();
                left_out.extend(refused.filter_map(|(index, error)| Some((index, error?))));
                input = self.executable(chain_id, &header, &transactions, &attributes.withdrawals);
                run(&input)?
            }
            ran => ran?,
        };
        let mut state = parent.state.child();
        state.apply(&outcome.state_diff);
        let receipt_roots = match outcome.receipts_root {
            Some(_) => Vec::new(),
            None => self.roots_after_transactions(&input, &environment, parent, watch)?,
        };
        let requests = outcome.requests.clone().unwrap_or_default();
        let header = sealed(
            header,
            &outcome,
            &receipt_roots,
            &transactions,
            state.root(),
        );
        let body = BlockBody {
            transactions: transactions
                .into_iter()
                .map(Recovered::into_inner)
                .collect(),
            ommers: Vec::new(),
            withdrawals: header
                .withdrawals_root
                .map(|_| Withdrawals::new(attributes.withdrawals.clone())),
        };
        let block = AlloyBlock { header, body };
        let block = StoredBlock {
            hash: block.header.hash_slow(),
            size: block.length(),
            total_difficulty: parent
                .total_difficulty
                .saturating_add(block.header.difficulty),
            block,
            receipts: outcome.receipts,
            receipt_roots,
            state,
        };
        Ok(BuiltBlock {
            block,
            requests,
            left_out,
        })
    }

    /// The transactions of `block` as they were executed. Who sent them is not looked at again.
    pub(crate) fn input_of(&self, block: &StoredBlock) -> Block {
        let AlloyBlock { header, body } = &block.block;
        let senders = block.receipts.iter().map(|receipt| receipt.from);
        let sent: Vec<_> = body
            .transactions
            .iter()
            .zip(senders)
            .map(|(transaction, sender)| Recovered::new_unchecked(transaction.clone(), sender))
            .collect();
        let mut input = self.executable(
            self.chain_id_at(block.number()),
            header,
            &sent,
            body.withdrawals.as_ref().map_or(&[], |all| all.as_slice()),
        );
        input.declared.hash = Some(block.hash);
        input
    }

    /// What is executed for a block of `transactions`.
    fn executable(
        &self,
        chain_id: u64,
        header: &Header,
        transactions: &[SentTransaction],
        withdrawals: &[ConsensusWithdrawal],
    ) -> Block {
        let withdrawals = withdrawals.iter().map(|one| Withdrawal {
            address: one.address,
            amount: one.amount,
        });
        Block {
            withdrawals: withdrawals
                .filter(|_| header.withdrawals_root.is_some())
                .collect(),
            ..Block::new(
                chain_id,
                self.schedule().clone(),
                header.into(),
                transactions.iter().map(Transaction::from).collect(),
            )
        }
    }
}

/// Header of the child of `parent`, which has this hash, without what execution finds out.
pub(super) fn next_header(
    schedule: &Schedule,
    parent: &Header,
    parent_hash: B256,
    attributes: &BlockAttributes,
) -> Header {
    let (number, timestamp) = (parent.number.saturating_add(1), attributes.timestamp);
    let spec = schedule.spec(number, timestamp);
    let since = |fork| spec.is_enabled_in(fork);
    let base_fee = attributes.base_fee.unwrap_or_else(|| next_base_fee(parent));
    let blobs = schedule.blob_params(number, timestamp);
    let beacon_root = attributes.parent_beacon_block_root;
    let slot = parent.slot_number.unwrap_or_default().saturating_add(1);
    Header {
        parent_hash,
        beneficiary: attributes.beneficiary,
        difficulty: match since(SpecId::MERGE) {
            true => U256::ZERO,
            false => next_difficulty(schedule, parent, timestamp),
        },
        number,
        gas_limit: attributes.gas_limit,
        timestamp,
        extra_data: attributes.extra_data.clone(),
        mix_hash: attributes.prev_randao,
        base_fee_per_gas: since(SpecId::LONDON).then_some(base_fee),
        withdrawals_root: since(SpecId::SHANGHAI)
            .then(|| calculate_withdrawals_root(&attributes.withdrawals)),
        excess_blob_gas: blobs.map(|params| next_excess_blob_gas(parent, &params)),
        parent_beacon_block_root: since(SpecId::CANCUN).then_some(beacon_root),
        requests_hash: since(SpecId::PRAGUE).then_some(EMPTY_REQUESTS_HASH),
        slot_number: since(SpecId::AMSTERDAM).then_some(slot),
        ..Header::default()
    }
}

/// As [`Engine::execute_with`], until `watch` wants no more.
fn execute_watched(
    engine: &Engine,
    block: &Block,
    environment: &Environment,
    before: &dyn StateSource,
    options: &ExecuteOptions<'_>,
    watch: Watch<'_>,
) -> Result<BlockOutcome, ExecuteError> {
    let has_long = block
        .transactions
        .iter()
        .any(|transaction| transaction.env.gas_limit > MAX_TX_GAS_LIMIT_OSAKA);
    if has_long {
        let mut watched = Watched::new(NoOpInspector, Some(watch), Recorded::default(), 0);
        let ran = engine.inspect(block, environment, before, options, &mut watched);
        return match watched.stopped() {
            Some(Stop::Interrupted(interrupt)) => Err(ExecuteError::Interrupted(interrupt)),
            _ => ran,
        };
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
    let ran = engine.execute_with(block, environment, before, &options);
    match (ran, interrupted.into_inner()) {
        (Err(ExecuteError::Cancelled { .. }), Some(interrupt)) => {
            Err(ExecuteError::Interrupted(interrupt))
        }
        (ran, _) => ran,
    }
}

/// The header with what execution found out.
fn sealed(
    header: Header,
    outcome: &BlockOutcome,
    receipt_roots: &[B256],
    transactions: &[SentTransaction],
    state_root: B256,
) -> Header {
    let has_blobs = header.excess_blob_gas.is_some();
    let list = outcome.block_access_list.as_ref();
    Header {
        state_root,
        transactions_root: calculate_transaction_root(transactions),
        receipts_root: outcome
            .receipts_root
            .unwrap_or_else(|| receipts_root_with(&outcome.receipts, receipt_roots)),
        logs_bloom: outcome.logs_bloom,
        gas_used: outcome.gas_used,
        blob_gas_used: has_blobs.then_some(outcome.blob_gas_used),
        // A contract that is not there asks for nothing.
        requests_hash: outcome.requests_hash.or(header.requests_hash),
        block_access_list_hash: list.map(|list| list.hash()),
        ..header
    }
}

impl From<&SentTransaction> for Transaction {
    fn from(sent: &SentTransaction) -> Self {
        let hash = Some(*sent.tx_hash());
        let typed = sent.inner().clone().into_typed_transaction();
        Self {
            hash,
            ..Self::new(&typed, sent.signer())
        }
    }
}
