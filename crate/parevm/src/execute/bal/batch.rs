//! Some transactions of a block, run by its access list where no memory is shared.
//!
//! An engine that cannot share memory has helpers with a block, a list and the whole state before it
//! of their own: `storageReads` has no index, so no part of the state is enough. Each runs pieces of
//! the block as they are handed out and sends back one chunk, as bytes;
//! [`Engine::merge`](crate::Engine::merge) makes the outcome.

use super::{Input, Share, replayer::Replayer};
use crate::{
    bal::{Audit, BalMismatch, BlockAccessList, Listed},
    block::Block,
    execute::work_order::work_order,
    state::StateSource,
    vm::{Environment, ExecutionResult, Output, SuccessReason},
};
use alloy_primitives::{Address, Bytes, Log, map::HashSet};
use alloy_rlp::{Decodable, Encodable, Error as RlpError};
use parevm_stm::{SchedulingPolicy, TxIndex};
use revm::context::result::ResultGas;
use std::sync::Arc;

/// What running some transactions of a block by its access list has left.
#[derive(Debug)]
pub struct Chunk(Share);

/// The transactions of a block, cut into pieces to be handed out in this order: those that may take
/// longest come first.
#[must_use]
pub fn pieces(block: &Block, workers: usize) -> Vec<Vec<u32>> {
    let order = work_order(&block.transactions, workers, SchedulingPolicy::INDEPENDENT);
    let batches = order.batches();
    batches
        .map(|batch| batch.iter().copied().map(TxIndex::get).collect())
        .collect()
}

/// A block laid over its access list, of which any transaction can be run.
#[derive(Debug)]
pub struct ListedBlock<'a> {
    block: &'a Block,
    environment: &'a Environment,
    listed: Listed<'a>,
}

impl<'a> ListedBlock<'a> {
    /// `block` over `list` on the state before it.
    ///
    /// # Errors
    ///
    /// Why the list cannot be used, as far as it tells by itself.
    pub fn new(
        block: &'a Block,
        environment: &'a Environment,
        state: &'a dyn StateSource,
        list: &'a BlockAccessList,
    ) -> Result<Self, BalMismatch> {
        let input = Input {
            block,
            environment,
            state,
            list,
        };
        Ok(Self {
            block,
            environment,
            listed: input.listed(None)?,
        })
    }

    /// Begins a chunk.
    pub fn chunk(&self) -> ChunkRun<'_> {
        ChunkRun {
            replayer: Replayer::new(self.block, self.environment, &self.listed, &Arc::default()),
            share: Share::default(),
            ran: HashSet::default(),
        }
    }
}

/// A chunk that is being run.
#[expect(missing_debug_implementations, reason = "revm's machine has none")]
pub struct ChunkRun<'a> {
    /// `None` for a block without transactions.
    replayer: Option<Replayer<'a>>,
    share: Share,
    ran: HashSet<u32>,
}

impl ChunkRun<'_> {
    /// Runs `transactions`, given by their positions in the block; those that this chunk has already
    /// are left out.
    ///
    /// # Errors
    ///
    /// Why the list cannot be used, as far as these transactions tell.
    pub fn run(&mut self, transactions: &[u32]) -> Result<(), BalMismatch> {
        let Some(replayer) = &mut self.replayer else {
            return Ok(());
        };
        for index in transactions {
            if self.ran.insert(*index) {
                let result = replayer.run(*index as usize)?;
                self.share.results.push((*index, result));
            }
        }
        Ok(())
    }

    /// What was run.
    #[must_use]
    pub fn finish(mut self) -> Chunk {
        if let Some(replayer) = self.replayer {
            self.share.audit = replayer.audit;
        }
        Chunk(self.share)
    }
}

impl Chunk {
    /// The chunk as bytes. Of the output of a transaction only the created address is kept, and of
    /// a failure only that it was one: receipts hold no more.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        (self.0.results.len() as u64).encode(&mut out);
        for (index, result) in &self.0.results {
            encode_result(*index, result, &mut out);
        }
        self.0.audit.encode(&mut out);
        out
    }

    /// The chunk that [`Self::encode`] wrote.
    ///
    /// # Errors
    ///
    /// When it did not.
    pub fn decode(mut bytes: &[u8]) -> Result<Self, ChunkError> {
        let bytes = &mut bytes;
        let count = u64::decode(bytes)?;
        let mut share = Share::default();
        for _ in 0..count {
            share.results.push(decode_result(bytes)?);
        }
        share.audit = Audit::decode(bytes)?;
        match bytes.is_empty() {
            true => Ok(Self(share)),
            false => Err(RlpError::UnexpectedLength.into()),
        }
    }
}

/// The shares of `chunks`, each transaction in one of them. A chunk that came twice counts once.
///
/// # Errors
///
/// When two chunks have a transaction in common and are not the same: its share of the
/// counts is unknown.
pub(super) fn shares(chunks: Vec<Chunk>) -> Result<Vec<Share>, BalMismatch> {
    let mut seen = HashSet::<u32>::default();
    let mut shares = Vec::with_capacity(chunks.len());
    for Chunk(share) in chunks {
        let indices = || share.results.iter().map(|(index, _)| *index);
        let count = share.results.len();
        if count > 0 && indices().all(|index| seen.contains(&index)) {
            continue;
        }
        let before = seen.len();
        seen.extend(indices());
        if seen.len() - before < count {
            return Err(BalMismatch::Differs { first: None });
        }
        shares.push(share);
    }
    Ok(shares)
}

/// The bytes are no chunk.
#[derive(Debug, thiserror::Error)]
#[error("a chunk of results is damaged")]
pub struct ChunkError(#[from] RlpError);

/// How a transaction ended, as far as its receipt tells.
const CALLED: u8 = 1;
const CREATED: u8 = 2;
const FAILED: u8 = 3;

fn encode_result(index: u32, result: &ExecutionResult, out: &mut Vec<u8>) {
    let created = result.created_address();
    let end = match (result.is_success(), created) {
        (false, _) => FAILED,
        (true, None) => CALLED,
        (true, Some(_)) => CREATED,
    };
    let gas = result.gas();
    index.encode(out);
    end.encode(out);
    created.unwrap_or_default().encode(out);
    gas.total_gas_spent().encode(out);
    gas.inner_refunded().encode(out);
    gas.floor_gas().encode(out);
    gas.state_gas_spent_final().encode(out);
    alloy_rlp::encode_list(result.logs(), out);
}

fn decode_result(bytes: &mut &[u8]) -> Result<(u32, ExecutionResult), RlpError> {
    let index = u32::decode(bytes)?;
    let end = u8::decode(bytes)?;
    let created = Address::decode(bytes)?;
    let (spent, refunded, floor, state) = (
        u64::decode(bytes)?,
        u64::decode(bytes)?,
        u64::decode(bytes)?,
        u64::decode(bytes)?,
    );
    let gas = ResultGas::new_with_state_gas(spent, refunded, floor, state);
    let logs = Vec::<Log>::decode(bytes)?;
    let success = |output| ExecutionResult::Success {
        reason: SuccessReason::Stop,
        gas,
        logs: Vec::new(),
        output,
    };
    let mut result = match end {
        CALLED => success(Output::Call(Bytes::new())),
        CREATED => success(Output::Create(Bytes::new(), Some(created))),
        FAILED => ExecutionResult::Revert {
            gas,
            logs: Vec::new(),
            output: Bytes::new(),
        },
        _ => return Err(RlpError::Custom("an end that no transaction has")),
    };
    if let ExecutionResult::Success { logs: kept, .. }
    | ExecutionResult::Revert { logs: kept, .. } = &mut result
    {
        *kept = logs;
    }
    Ok((index, result))
}
