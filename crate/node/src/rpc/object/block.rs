//! A block.

use super::{
    super::RpcError,
    transaction::{self, RpcTransaction},
    waiting,
};
use parevm::build::ExecutedBlock;

use alloy_consensus::Header as ConsensusHeader;
use alloy_primitives::U256;
use alloy_rlp::Encodable;
use alloy_rpc_types_eth::{Block, BlockTransactions, Header};
use serde_json::Value;

/// The header of a block.
pub(crate) fn head_of(stored: &ExecutedBlock) -> Header {
    Header {
        hash: stored.hash,
        inner: stored.block.header.clone(),
        total_difficulty: None,
        size: Some(U256::from(stored.size)),
    }
}

/// An ommer, as a block whose transactions nobody knows.
pub(in crate::rpc) fn ommer(header: &ConsensusHeader) -> Block<RpcTransaction> {
    Block {
        header: Header {
            hash: header.hash_slow(),
            inner: header.clone(),
            total_difficulty: None,
            size: Some(U256::from(header.length())),
        },
        uncles: Vec::new(),
        transactions: BlockTransactions::Uncle,
        withdrawals: None,
    }
}

/// The block; `is_full` says whether with whole transactions or their hashes.
pub(in crate::rpc) fn of(stored: &ExecutedBlock, is_full: bool) -> Block<RpcTransaction> {
    let body = &stored.block.body;
    let transactions = if is_full {
        let all = (0..body.transactions.len()).filter_map(|index| transaction::of(stored, index));
        BlockTransactions::Full(all.collect())
    } else {
        let hashes = body.transactions.iter().map(|one| *one.tx_hash());
        BlockTransactions::Hashes(hashes.collect())
    };
    Block {
        header: head_of(stored),
        uncles: body.ommers.iter().map(ConsensusHeader::hash_slow).collect(),
        transactions,
        withdrawals: body.withdrawals.clone(),
    }
}

/// The pending block, as go-ethereum's `GetBlockByNumber` has it: without hash, nonce and miner. Its
/// transactions still wait.
pub(in crate::rpc) fn pending(stored: &ExecutedBlock, is_full: bool) -> Result<Value, RpcError> {
    let json = serde_json::to_value(of(stored, false));
    let mut json = json.map_err(|error| RpcError::internal(&error))?;
    for field in ["hash", "nonce", "miner"] {
        json[field] = Value::Null;
    }
    if is_full {
        let all = (0..stored.receipts.len()).filter_map(|index| stored.sent(index));
        let all: Result<Vec<_>, _> = all.map(|sent| waiting::json(&sent)).collect();
        json["transactions"] = all?.into();
    }
    Ok(json)
}
