//! Writer of dumps.

use super::{Dump, DumpedAccount, DumpedBlock, DumpedInclusion, DumpedInfo, DumpedTransaction};
use crate::{
    chain::Chain,
    node::is_unsigned,
    object::receipt,
    request::{RequestLimits, RpcError},
};
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, Bytes, U256};
use flate2::{Compression, write::GzEncoder};
use parevm::state::{Account, SourceError};
use parevm::{build::ExecutedBlock, state::TrieState};
use serde_json::{Value, json};
use std::io::{self, Write as _};

/// Maximum number of blocks of a dump: a chain may have more reserved blocks than fit into memory.
const MAX_BLOCKS: u64 = 100_000;

/// Returns the blocks of the head's branch with their receipts, and the state after the head, as gzipped JSON.
pub(in crate::rpc) fn dump(chain: &Chain, limits: &RequestLimits<'_>) -> Result<Bytes, RpcError> {
    let head = chain.head();
    let accounts = head.state.accounts().map(|(address, account)| {
        limits.call.ask()?;
        let account = account_of(&head.state, address, account);
        Ok((
            address,
            account.map_err(|error| RpcError::internal(&error))?,
        ))
    });
    let most = chain.genesis().number().saturating_add(MAX_BLOCKS);
    if head.number() >= most {
        let words = format!(
            "a dump has {MAX_BLOCKS} blocks at most; this chain has its head at {}",
            head.number()
        );
        return Err(RpcError::limit(words));
    }
    // Newest first: anvil reads them in any order.
    let blocks: Vec<_> = chain.ancestors(head.hash).collect();
    limits.call.ask()?;
    let dump = Dump {
        block: Some(environment(chain, head)),
        accounts: accounts.collect::<Result<_, RpcError>>()?,
        best_block_number: Some(head.number()),
        blocks: blocks.iter().rev().map(|block| block_of(block)).collect(),
        transactions: blocks
            .iter()
            .rev()
            .flat_map(|block| {
                let count = block.receipts.len();
                (0..count).filter_map(|index| inclusion(block, index))
            })
            .collect(),
        historical_states: None,
    };
    let mut file = File {
        encoder: GzEncoder::new(Vec::new(), Compression::default()),
        until: 0,
        limits,
        stopped: None,
    };
    let written = serde_json::to_writer(&mut file, &dump).map_err(io::Error::other);
    if let Some(error) = file.stopped {
        return Err(error);
    }
    let bytes = written
        .and_then(|()| file.encoder.flush())
        .and_then(|()| file.encoder.finish());
    Ok(bytes.map_err(|error| RpcError::internal(&error))?.into())
}

/// Bytes of a dump between two checks of the limits.
const STRIDE: usize = 1 << 20;

/// Writer of a dump within the limits.
struct File<'f> {
    encoder: GzEncoder<Vec<u8>>,
    /// Bytes until the next check.
    until: usize,
    limits: &'f RequestLimits<'f>,
    stopped: Option<RpcError>,
}

impl io::Write for File<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.until < bytes.len() {
            self.until = bytes.len().max(STRIDE);
            if let Err(error) = self.limits.call.ask() {
                self.stopped = Some(error.into());
                return Err(io::ErrorKind::Other.into());
            }
        }
        self.until -= bytes.len();
        self.encoder.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

fn account_of(
    state: &TrieState,
    address: Address,
    account: Account,
) -> Result<DumpedAccount, SourceError> {
    Ok(DumpedAccount {
        nonce: account.nonce,
        balance: account.balance,
        code: state.code(account.code_hash)?.original_bytes(),
        storage: state.slots(address).collect(),
    })
}

/// Returns the environment of `head` in the form of revm's `BlockEnv`.
fn environment(chain: &Chain, head: &ExecutedBlock) -> Value {
    let header = &head.block.header;
    let params = chain
        .schedule()
        .blob_params(header.number, header.timestamp);
    let price = params.and_then(|params| header.blob_fee(params));
    let blobs = header.excess_blob_gas.zip(price).map(|(excess, price)| {
        json!({
            "excess_blob_gas": excess,
            "blob_gasprice": u64::try_from(price).unwrap_or(u64::MAX),
        })
    });
    json!({
        "number": U256::from(header.number),
        "beneficiary": header.beneficiary,
        "timestamp": U256::from(header.timestamp),
        "gas_limit": header.gas_limit,
        "basefee": header.base_fee_per_gas.unwrap_or_default(),
        "difficulty": header.difficulty,
        "prevrandao": header.mix_hash,
        "blob_excess_gas_and_price": blobs,
        "slot_num": header.slot_number.unwrap_or_default(),
    })
}

fn block_of(stored: &ExecutedBlock) -> DumpedBlock {
    let body = &stored.block.body;
    let sent = body.transactions.iter().zip(&stored.receipts);
    DumpedBlock {
        header: stored.block.header.clone(),
        transactions: sent
            .map(|(transaction, receipt)| DumpedTransaction::Sent {
                transaction: transaction.clone(),
                // anvil's block has another hash for it, which it looks up among its transactions.
                impersonated_sender: is_unsigned(transaction, receipt.from).then_some(receipt.from),
            })
            .collect(),
        ommers: body.ommers.clone(),
        withdrawals: body.withdrawals.clone(),
    }
}

/// Returns the transaction at `index` with its receipt.
fn inclusion(stored: &ExecutedBlock, index: usize) -> Option<DumpedInclusion> {
    let transaction = stored.block.body.transactions.get(index)?;
    let receipt = stored.receipts.get(index)?;
    Some(DumpedInclusion {
        info: DumpedInfo {
            transaction_hash: *transaction.tx_hash(),
            transaction_index: index as u64,
            from: receipt.from,
            to: receipt.to,
            contract_address: receipt.contract_address,
            traces: Vec::new(),
            exit: match receipt.success {
                true => "Stop",
                false => "Revert",
            }
            .to_owned(),
            out: None,
            nonce: transaction.nonce(),
            gas_used: receipt.gas_used,
        },
        receipt: receipt::envelope(stored, index, receipt.logs.clone())?,
        block_hash: stored.hash,
        block_number: stored.number(),
    })
}
