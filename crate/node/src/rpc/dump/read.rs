//! Reader of dumps.

use super::{Dump, DumpedBlock, DumpedInclusion, DumpedTransaction, Envelope};
use crate::{
    chain::{Chain, with_hash},
    request::{RequestLimits, RpcError},
};
use alloy_consensus::{BlockBody, Transaction as _, TxReceipt as _};
use alloy_eips::eip2718::Typed2718 as _;
use alloy_primitives::{B256, KECCAK256_EMPTY, U256};
use alloy_rlp::Encodable as _;
use flate2::bufread::GzDecoder;
use parevm::{
    block::AlloyBlock,
    execute::Receipt,
    state::{Account, AccountChange, StateDiff},
    vm::bytecode_of,
};
use parevm::{build::ExecutedBlock, state::TrieState};
use std::{
    collections::HashMap,
    io::{self, BufReader, Read},
};

const NAME: &str = "state";
/// Prefix of a gzipped file.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// Returns `chain` with the accounts of a dump, which may be gzipped. If the dump has blocks, they replace the chain,
/// and only the state after the last one is known. A dump may have as many bytes as a trace may record.
pub(in crate::rpc) fn load(
    chain: &Chain,
    bytes: &[u8],
    limits: &RequestLimits<'_>,
) -> Result<Chain, RpcError> {
    let dump = read(bytes, limits)?;
    limits.call.ask()?;
    let mut chain = chain.clone();
    let changes = changes(&chain.head().state, &dump);
    if dump.blocks.is_empty() {
        let mut state = chain.head().state.clone();
        state.apply(&changes);
        chain.replace_state(state);
        return Ok(chain);
    }
    let (first, mut last) = chain.states_to_replace();
    last.apply(&changes);
    chain.replace(blocks(dump, &first, last, limits)?);
    Ok(chain)
}

fn read(bytes: &[u8], limits: &RequestLimits<'_>) -> Result<Dump, RpcError> {
    let text: Box<dyn Read + '_> = match bytes.starts_with(GZIP) {
        false => Box::new(bytes),
        true => Box::new(GzDecoder::new(bytes)),
    };
    let mut text = Text {
        text,
        left: limits.trace.recorded_bytes,
        limits,
        stopped: None,
    };
    let mut json =
        serde_json::Deserializer::from_reader(BufReader::with_capacity(CHUNK, &mut text));
    let read = serde_path_to_error::deserialize(&mut json);
    drop(json);
    if let Some(error) = text.stopped {
        return Err(error);
    }
    read.map_err(|error| RpcError::invalid(&format!("{NAME}.{}", error.path()), error.into_inner()))
}

/// Bytes of text per read.
const CHUNK: usize = 64 << 10;

/// Text of a dump, which fails above the limit of bytes or time.
struct Text<'t> {
    text: Box<dyn Read + 't>,
    /// Bytes left to read.
    left: usize,
    limits: &'t RequestLimits<'t>,
    stopped: Option<RpcError>,
}

impl Read for Text<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut stop = |error| {
            self.stopped = Some(error);
            io::Error::from(io::ErrorKind::OutOfMemory)
        };
        self.limits.call.ask().map_err(|error| stop(error.into()))?;
        let count = self.text.read(buffer)?;
        let most = self.limits.trace.recorded_bytes;
        self.left = self
            .left
            .checked_sub(count)
            .ok_or_else(|| stop(RpcError::limit(format!("{NAME}: more than {most} bytes"))))?;
        Ok(count)
    }
}

/// Returns the changes of `state` by the accounts of `dump`. As in anvil, nonces never decrease and other slots
/// remain.
fn changes(state: &TrieState, dump: &Dump) -> StateDiff {
    let mut diff = StateDiff::default();
    for (address, dumped) in &dump.accounts {
        let mut code_hash = KECCAK256_EMPTY;
        if !dumped.code.is_empty() {
            let code = bytecode_of(dumped.code.clone());
            code_hash = code.hash_slow();
            diff.codes.insert(code_hash, code);
        }
        let known = state.account(*address).unwrap_or_default();
        let account = Account {
            balance: dumped.balance,
            nonce: known.nonce.max(dumped.nonce),
            code_hash,
        };
        // An empty account does not exist (EIP-161).
        let has_storage = !dumped.storage.is_empty() || state.slots(*address).next().is_some();
        let change = AccountChange {
            account: (has_storage || !account.is_empty()).then_some(account),
            storage_reset: false,
            slots: dumped
                .storage
                .iter()
                .map(|(slot, value)| (*slot, *value))
                .collect(),
        };
        diff.accounts.insert(*address, change);
    }
    diff
}

/// Returns the blocks of `dump` up to its head, lowest first: the last with the state `last`, the others with
/// `first`.
fn blocks(
    dump: Dump,
    first: &TrieState,
    last: TrieState,
    limits: &RequestLimits<'_>,
) -> Result<Vec<ExecutedBlock>, RpcError> {
    let mut by_hash: HashMap<B256, DumpedBlock> = dump
        .blocks
        .into_iter()
        .map(|block| (block.header.hash_slow(), block))
        .collect();
    let highest = by_hash.values().map(|block| block.header.number).max();
    let best = dump.best_block_number.or(highest);
    let head = by_hash
        .iter()
        .find(|(_, block)| Some(block.header.number) == best)
        .map(|(hash, _)| *hash);
    let missing = || RpcError::invalid("state.blocks", "the block of best_block_number is missing");
    let mut next = head.ok_or_else(missing)?;
    let mut included: HashMap<_, _> = dump
        .transactions
        .into_iter()
        .map(|one| ((one.block_hash, one.info.transaction_index), one))
        .collect();
    let mut blocks = Vec::new();
    while let Some(block) = by_hash.remove(&next) {
        limits.call.ask()?;
        let hash = next;
        next = block.header.parent_hash;
        let take = |index: usize| included.remove(&(hash, index as u64));
        blocks.push(stored(hash, block, take, first.clone())?);
    }
    blocks.reverse();
    let mut total_difficulty = U256::ZERO;
    for block in &mut blocks {
        total_difficulty = total_difficulty.saturating_add(block.block.header.difficulty);
        block.total_difficulty = total_difficulty;
    }
    if let Some(head) = blocks.last_mut() {
        head.state = last;
    }
    Ok(blocks)
}

/// Returns the block with its receipts; `take` returns the transaction at an index.
fn stored(
    hash: B256,
    block: DumpedBlock,
    mut take: impl FnMut(usize) -> Option<DumpedInclusion>,
    state: TrieState,
) -> Result<ExecutedBlock, RpcError> {
    let header = block.header;
    let mut transactions = Vec::with_capacity(block.transactions.len());
    let mut receipts = Vec::with_capacity(block.transactions.len());
    for (index, dumped) in block.transactions.into_iter().enumerate() {
        let included = take(index).ok_or_else(|| {
            let reason = format!("transaction {index} of block {} is missing", header.number);
            RpcError::invalid("state.transactions", reason)
        })?;
        let transaction = match dumped {
            DumpedTransaction::Sent { transaction, .. } => transaction,
            DumpedTransaction::Plain(transaction) => transaction,
        };
        let transaction = with_hash(transaction, included.info.transaction_hash);
        receipts.push(receipt(
            &transaction,
            header.base_fee_per_gas,
            included,
            index,
        ));
        transactions.push(transaction);
    }
    let empty = header.withdrawals_root.map(|_| Default::default());
    let body = BlockBody {
        transactions,
        ommers: block.ommers,
        withdrawals: block.withdrawals.or(empty),
    };
    let block = AlloyBlock { header, body };
    Ok(ExecutedBlock {
        hash,
        size: block.length(),
        block,
        receipts,
        receipt_roots: Vec::new(),
        total_difficulty: U256::ZERO,
        state,
    })
}

fn receipt(
    transaction: &Envelope,
    base_fee: Option<u64>,
    included: DumpedInclusion,
    index: usize,
) -> Receipt {
    let DumpedInclusion { info, receipt, .. } = included;
    Receipt {
        index,
        transaction_hash: Some(info.transaction_hash),
        transaction_type: transaction.ty(),
        from: info.from,
        to: transaction.to(),
        contract_address: info.contract_address,
        success: receipt.status(),
        gas_used: info.gas_used,
        cumulative_gas_used: receipt.cumulative_gas_used(),
        effective_gas_price: transaction.effective_gas_price(base_fee),
        blob_gas_used: transaction.blob_gas_used().unwrap_or_default(),
        logs_bloom: receipt.bloom(),
        logs: receipt.logs().to_vec(),
    }
}
