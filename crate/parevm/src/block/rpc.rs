//! JSON-RPC decoder of blocks: the result of `eth_getBlockByNumber` with full transactions.

use super::{
    Block, BlockError, ForkSchedule, Header, HeaderCommitments, Ommer, Withdrawal,
    rpc_transaction::RpcTransaction,
    sender_recovery::{SenderSource, recover},
    verify,
};
use alloy_consensus::Header as ConsensusHeader;
use alloy_primitives::{Address, B64, B256, Bloom, Bytes, U64, U256};
use revm::primitives::hardfork::SpecId;
use serde::Deserialize;

/// Block in JSON-RPC. All fields are optional here: [`RpcBlock::read`] requires them, so that its error names the field.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RpcBlock {
    hash: Option<B256>,
    parent_hash: Option<B256>,
    sha3_uncles: Option<B256>,
    miner: Option<Address>,
    state_root: Option<B256>,
    transactions_root: Option<B256>,
    receipts_root: Option<B256>,
    logs_bloom: Option<Bloom>,
    difficulty: Option<U256>,
    number: Option<U64>,
    gas_limit: Option<U64>,
    gas_used: Option<U64>,
    timestamp: Option<U64>,
    extra_data: Option<Bytes>,
    mix_hash: Option<B256>,
    nonce: Option<B64>,
    base_fee_per_gas: Option<U64>,
    withdrawals_root: Option<B256>,
    blob_gas_used: Option<U64>,
    excess_blob_gas: Option<U64>,
    parent_beacon_block_root: Option<B256>,
    requests_hash: Option<B256>,
    block_access_list_hash: Option<B256>,
    slot_number: Option<U64>,
    #[serde(default)]
    uncles: Vec<B256>,
    transactions: Option<Vec<RpcTransaction>>,
    withdrawals: Option<Vec<RpcWithdrawal>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RpcWithdrawal {
    index: U64,
    validator_index: U64,
    address: Address,
    amount: U64,
}

impl RpcBlock {
    /// Recovers the senders of the block and verifies its hashes.
    pub(crate) fn read(
        mut self,
        chain_id: u64,
        schedule: ForkSchedule,
        senders: SenderSource,
    ) -> Result<Block, BlockError> {
        let header = self.header()?;
        let transactions = required(self.transactions.take(), "block.transactions")?;
        let spec = schedule.spec(header.number, header.timestamp);
        let unrecovered = transactions
            .into_iter()
            .enumerate()
            .map(|(index, transaction)| {
                transaction
                    .read(chain_id)
                    .map(|transaction| transaction.with_senders(senders))
                    .map_err(|source| BlockError::Transaction { index, source })
            })
            .collect::<Result<_, _>>()?;
        let recovered = recover(unrecovered, spec)?;
        verify::equal(
            "block.transactionsRoot",
            self.transactions_root,
            recovered.root,
        )?;
        let withdrawals = self.withdrawals.take();
        verify::equal(
            "block.withdrawalsRoot",
            self.withdrawals_root,
            withdrawals
                .as_deref()
                .map(|list| verify::withdrawals_root(list.iter().map(wire))),
        )?;
        if let Some(complete) = self.consensus_header(&header, spec) {
            verify::equal("block.hash", self.hash, Some(complete.hash_slow()))?;
        }
        Ok(Block {
            chain_id,
            schedule,
            header,
            transactions: recovered.transactions,
            withdrawals: withdrawals
                .unwrap_or_default()
                .iter()
                .map(|one| Withdrawal {
                    address: one.address,
                    amount: one.amount.to(),
                })
                .collect(),
            ommers: self.uncles.iter().copied().map(Ommer::HashOnly).collect(),
            declared: HeaderCommitments {
                hash: self.hash,
                gas_used: self.gas_used.map(|gas| gas.to()),
                blob_gas_used: self.blob_gas_used.map(|gas| gas.to()),
                logs_bloom: self.logs_bloom,
                transactions_root: self.transactions_root,
                withdrawals_root: self.withdrawals_root,
                receipts_root: self.receipts_root,
                state_root: self.state_root,
                requests_hash: self.requests_hash,
                block_access_list_hash: self.block_access_list_hash,
            },
        })
    }

    fn header(&self) -> Result<Header, BlockError> {
        Ok(Header {
            number: required(self.number, "block.number")?.to(),
            timestamp: required(self.timestamp, "block.timestamp")?.to(),
            beneficiary: required(self.miner, "block.miner")?,
            gas_limit: required(self.gas_limit, "block.gasLimit")?.to(),
            base_fee: self.base_fee_per_gas.map(|fee| fee.to()),
            difficulty: self.difficulty.unwrap_or_default(),
            prev_randao: self.mix_hash,
            parent_hash: self.parent_hash,
            excess_blob_gas: self.excess_blob_gas.map(|gas| gas.to()),
            parent_beacon_block_root: self.parent_beacon_block_root,
            slot_number: self.slot_number.map(|slot| slot.to()),
        })
    }

    /// Returns the complete header, or `None` if it lacks a field that the fork requires.
    fn consensus_header(&self, header: &Header, spec: SpecId) -> Option<ConsensusHeader> {
        let required = [
            (SpecId::LONDON, self.base_fee_per_gas.is_some()),
            (SpecId::SHANGHAI, self.withdrawals_root.is_some()),
            (SpecId::CANCUN, self.blob_gas_used.is_some()),
            (SpecId::CANCUN, self.excess_blob_gas.is_some()),
            (SpecId::CANCUN, self.parent_beacon_block_root.is_some()),
            (SpecId::PRAGUE, self.requests_hash.is_some()),
            (SpecId::AMSTERDAM, self.block_access_list_hash.is_some()),
            (SpecId::AMSTERDAM, self.slot_number.is_some()),
        ];
        if required
            .iter()
            .any(|(since, is_present)| spec.is_enabled_in(*since) && !is_present)
        {
            return None;
        }
        Some(ConsensusHeader {
            parent_hash: self.parent_hash?,
            ommers_hash: self.sha3_uncles?,
            beneficiary: header.beneficiary,
            state_root: self.state_root?,
            transactions_root: self.transactions_root?,
            receipts_root: self.receipts_root?,
            logs_bloom: self.logs_bloom?,
            difficulty: self.difficulty?,
            number: header.number,
            gas_limit: header.gas_limit,
            gas_used: self.gas_used?.to(),
            timestamp: header.timestamp,
            extra_data: self.extra_data.clone()?,
            mix_hash: self.mix_hash?,
            nonce: self.nonce?,
            base_fee_per_gas: header.base_fee,
            withdrawals_root: self.withdrawals_root,
            blob_gas_used: self.blob_gas_used.map(|gas| gas.to()),
            excess_blob_gas: header.excess_blob_gas,
            parent_beacon_block_root: header.parent_beacon_block_root,
            requests_hash: self.requests_hash,
            block_access_list_hash: self.block_access_list_hash,
            slot_number: header.slot_number,
        })
    }
}

fn wire(one: &RpcWithdrawal) -> alloy_eips::eip4895::Withdrawal {
    alloy_eips::eip4895::Withdrawal {
        index: one.index.to(),
        validator_index: one.validator_index.to(),
        address: one.address,
        amount: one.amount.to(),
    }
}

fn required<T>(value: Option<T>, field: &'static str) -> Result<T, BlockError> {
    value.ok_or(BlockError::Missing { field })
}
