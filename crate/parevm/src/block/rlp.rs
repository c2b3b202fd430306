//! RLP decoder of blocks.

use super::{
    AlloyBlock, Block, BlockError, ForkSchedule, Header, HeaderCommitments, Ommer, Transaction,
    TransactionError, Withdrawal,
    sender_recovery::{UnrecoveredTransaction, recover},
    verify,
};
use alloy_consensus::{EthereumTxEnvelope, Header as ConsensusHeader, TxEip4844};
use alloy_primitives::{Address, B256};
use alloy_rlp::{Decodable, EMPTY_LIST_CODE, Header as RlpHeader};

type Envelope = EthereumTxEnvelope<TxEip4844>;

/// Decodes a block, recovers its senders and verifies its hashes.
pub(crate) fn read(
    bytes: &[u8],
    chain_id: u64,
    schedule: ForkSchedule,
) -> Result<Block, BlockError> {
    verified(decode(bytes)?, chain_id, schedule)
}

/// Decodes a block without verification.
///
/// # Errors
///
/// [`BlockError`]: the bytes are not an RLP block.
pub fn decode(bytes: &[u8]) -> Result<AlloyBlock, BlockError> {
    let mut rest = bytes;
    let error = match AlloyBlock::decode(&mut rest) {
        Ok(block) if rest.is_empty() => return Ok(block),
        Ok(_) => alloy_rlp::Error::UnexpectedLength,
        Err(error) => error,
    };
    Err(undecodable_part(bytes).unwrap_or(BlockError::Rlp(error)))
}

/// Returns the error of the header or of the first malformed transaction, in a block that cannot be decoded; `None` if
/// another part is malformed.
fn undecodable_part(mut block: &[u8]) -> Option<BlockError> {
    let mut items = RlpHeader::decode_bytes(&mut block, true).ok()?;
    if let Err(error) = ConsensusHeader::decode(&mut items) {
        return Some(BlockError::Header(error));
    }
    let mut transactions = RlpHeader::decode_bytes(&mut items, true).ok()?;
    let mut index = 0;
    while !transactions.is_empty() {
        let mut bytes = transactions;
        if let Err(error) = Envelope::decode(&mut transactions) {
            if bytes.first().is_some_and(|first| *first < EMPTY_LIST_CODE) {
                bytes = RlpHeader::decode_bytes(&mut bytes, false).unwrap_or_default();
            }
            let source = TransactionError::undecodable(bytes, error.into());
            return Some(BlockError::Transaction { index, source });
        }
        index += 1;
    }
    None
}

/// Recovers the senders of a decoded block and verifies its hashes.
pub(crate) fn verified(
    mut block: AlloyBlock,
    chain_id: u64,
    schedule: ForkSchedule,
) -> Result<Block, BlockError> {
    let unrecovered = std::mem::take(&mut block.body.transactions)
        .into_iter()
        .map(UnrecoveredTransaction::signed)
        .collect();
    let spec = schedule.spec(block.header.number, block.header.timestamp);
    let recovered = recover(unrecovered, spec)?;
    with_transactions(
        block,
        chain_id,
        schedule,
        recovered.transactions,
        recovered.root,
    )
}

/// Verifies the hashes of a decoded block whose senders are known.
pub(crate) fn with_senders(
    mut block: AlloyBlock,
    senders: &[Address],
    chain_id: u64,
    schedule: ForkSchedule,
) -> Result<Block, BlockError> {
    let signed = std::mem::take(&mut block.body.transactions);
    if signed.len() != senders.len() {
        return Err(BlockError::SenderCount {
            senders: senders.len(),
            transactions: signed.len(),
        });
    }
    let root = alloy_consensus::proofs::calculate_transaction_root(&signed);
    let transactions = signed.into_iter().zip(senders).map(|(signed, sender)| {
        let hash = Some(*signed.tx_hash());
        Transaction {
            hash,
            ..Transaction::new(&signed.into_typed_transaction(), *sender)
        }
    });
    let transactions = transactions.collect();
    with_transactions(block, chain_id, schedule, transactions, Some(root))
}

/// Verifies the hashes of a block, whose body has no transactions left, with `transactions` and their `root`.
fn with_transactions(
    AlloyBlock { header, body }: AlloyBlock,
    chain_id: u64,
    schedule: ForkSchedule,
    transactions: Vec<Transaction>,
    root: Option<B256>,
) -> Result<Block, BlockError> {
    verify::equal(
        "block.transactionsRoot",
        Some(header.transactions_root),
        root,
    )?;
    let ommers_hash = alloy_consensus::proofs::calculate_ommers_root(&body.ommers);
    verify::equal(
        "block.sha3Uncles",
        Some(header.ommers_hash),
        Some(ommers_hash),
    )?;
    let withdrawals = body.withdrawals.unwrap_or_default();
    if let Some(declared) = header.withdrawals_root {
        let computed = verify::withdrawals_root(withdrawals.iter().copied());
        verify::equal("block.withdrawalsRoot", Some(declared), Some(computed))?;
    }
    Ok(Block {
        chain_id,
        schedule,
        transactions,
        withdrawals: withdrawals.iter().map(Withdrawal::from).collect(),
        ommers: body
            .ommers
            .iter()
            .map(|one| Ommer::Known {
                beneficiary: one.beneficiary,
                number: one.number,
            })
            .collect(),
        declared: declared(&header),
        header: (&header).into(),
    })
}

impl From<&ConsensusHeader> for Header {
    fn from(header: &ConsensusHeader) -> Self {
        Self {
            number: header.number,
            timestamp: header.timestamp,
            beneficiary: header.beneficiary,
            gas_limit: header.gas_limit,
            base_fee: header.base_fee_per_gas,
            difficulty: header.difficulty,
            prev_randao: Some(header.mix_hash),
            parent_hash: Some(header.parent_hash),
            excess_blob_gas: header.excess_blob_gas,
            parent_beacon_block_root: header.parent_beacon_block_root,
            slot_number: header.slot_number,
        }
    }
}

fn declared(header: &ConsensusHeader) -> HeaderCommitments {
    HeaderCommitments {
        hash: Some(header.hash_slow()),
        gas_used: Some(header.gas_used),
        blob_gas_used: header.blob_gas_used,
        logs_bloom: Some(header.logs_bloom),
        transactions_root: Some(header.transactions_root),
        withdrawals_root: header.withdrawals_root,
        receipts_root: Some(header.receipts_root),
        state_root: Some(header.state_root),
        requests_hash: header.requests_hash,
        block_access_list_hash: header.block_access_list_hash,
    }
}
