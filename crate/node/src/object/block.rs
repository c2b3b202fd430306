//! Block as JSON-RPC returns it.

use super::{
    pending,
    transaction::{self, RpcTransaction},
};
use crate::request::RpcError;
use parevm::build::ExecutedBlock;

use alloy_consensus::Header as ConsensusHeader;
use alloy_primitives::U256;
use alloy_rlp::Encodable;
use alloy_rpc_types_eth::{Block, BlockTransactions, Header};
use serde_json::Value;

/// Returns the header of a block.
pub(crate) fn head_of(stored: &ExecutedBlock) -> Header {
    Header {
        hash: stored.hash,
        inner: stored.block.header.clone(),
        total_difficulty: None,
        size: Some(U256::from(stored.size)),
    }
}

/// Returns an ommer as a block without transactions.
pub(crate) fn ommer(header: &ConsensusHeader) -> Block<RpcTransaction> {
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

/// Returns the block, with whole transactions where `is_full`, else with their hashes.
pub(crate) fn of(stored: &ExecutedBlock, is_full: bool) -> Block<RpcTransaction> {
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

/// Returns the pending block, as go-ethereum's `GetBlockByNumber` has it: without hash, nonce and miner. Its
/// transactions have no position in the chain.
pub(crate) fn pending_of(stored: &ExecutedBlock, is_full: bool) -> Result<Value, RpcError> {
    let json = serde_json::to_value(of(stored, false));
    let mut json = json.map_err(|error| RpcError::internal(&error))?;
    for field in ["hash", "nonce", "miner"] {
        json[field] = Value::Null;
    }
    if is_full {
        let all = (0..stored.receipts.len()).filter_map(|index| stored.sent(index));
        let all: Result<Vec<_>, _> = all.map(|sent| pending::json(&sent)).collect();
        json["transactions"] = all?.into();
    }
    Ok(json)
}
