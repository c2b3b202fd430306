//! Genesis block of a chain, and the rules of a genesis file.

use super::{Chain, GenesisError, header::check_fields, range::check_genesis};
use alloy_consensus::{BlockBody, Header};
use alloy_eips::{eip1559::INITIAL_BASE_FEE, eip4895::Withdrawals, eip7685::EMPTY_REQUESTS_HASH};
use alloy_genesis::Genesis;
use alloy_primitives::{B256, keccak256};
use alloy_rlp::Encodable;
use alloy_trie::EMPTY_ROOT_HASH;
use parevm::{
    block::{AlloyBlock, ForkSchedule},
    build::ExecutedBlock,
    state::TrieState,
    vm::SpecId,
};
use std::sync::Arc;

impl Chain {
    /// Creates a chain that starts with `header` and `state`.
    ///
    /// # Errors
    ///
    /// [`GenesisError`]: the header lacks a field of its fork, or has another state root.
    pub fn new(
        chain_id: u64,
        schedule: ForkSchedule,
        header: Header,
        state: TrieState,
    ) -> Result<Self, GenesisError> {
        check_fields(&schedule, &header)?;
        let computed = state.root();
        if header.state_root != computed {
            return Err(GenesisError::StateRoot {
                declared: header.state_root,
                computed,
            });
        }
        let spec = schedule.spec(header.number, header.timestamp);
        let withdrawals = spec
            .is_enabled_in(SpecId::SHANGHAI)
            .then(Withdrawals::default);
        let total_difficulty = header.difficulty;
        let hash = header.hash_slow();
        let body = BlockBody {
            withdrawals,
            ..BlockBody::default()
        };
        let block = AlloyBlock { header, body };
        let genesis = ExecutedBlock {
            hash,
            size: block.length(),
            block,
            receipts: Vec::new(),
            receipt_roots: Vec::new(),
            total_difficulty,
            state,
        };
        Ok(Self::of_genesis(chain_id, schedule, genesis))
    }

    /// Creates the chain of a genesis file.
    ///
    /// Constantinople runs under Petersburg's rules: the EVM has no EIP-1283.
    ///
    /// # Errors
    ///
    /// - [`GenesisError::OutOfRange`]: a number is out of its range.
    /// - [`GenesisError::Config`]: the fork rules are incomplete.
    pub fn from_genesis(genesis: &Genesis) -> Result<Self, GenesisError> {
        check_genesis(genesis)?;
        let schedule = ForkSchedule::from_config(&genesis.config)?;
        let mut state = TrieState::default();
        for (address, account) in &genesis.alloc {
            let slots = account
                .storage_slots()
                .map(|(slot, value)| (slot.into(), value));
            state.insert(
                *address,
                account.balance,
                account.nonce.unwrap_or_default(),
                account.code.clone().unwrap_or_default(),
                slots,
            );
        }
        let header = header(genesis, &schedule, state.root());
        let chain = Self::new(genesis.config.chain_id, schedule, header, state)?;
        Ok(Self {
            config: Some(Arc::new(genesis.config.clone())),
            ..chain
        })
    }
}

fn header(genesis: &Genesis, schedule: &ForkSchedule, state_root: B256) -> Header {
    let number = genesis.number.unwrap_or_default();
    let spec = schedule.spec(number, genesis.timestamp);
    let since = |fork| spec.is_enabled_in(fork);
    // Of 63 bits.
    let base_fee = genesis
        .base_fee_per_gas
        .and_then(|fee| u64::try_from(fee).ok());
    Header {
        parent_hash: genesis.parent_hash.unwrap_or_default(),
        beneficiary: genesis.coinbase,
        state_root,
        difficulty: genesis.difficulty,
        number,
        gas_limit: genesis.gas_limit,
        timestamp: genesis.timestamp,
        extra_data: genesis.extra_data.clone(),
        mix_hash: genesis.mix_hash,
        nonce: genesis.nonce.into(),
        base_fee_per_gas: since(SpecId::LONDON).then(|| base_fee.unwrap_or(INITIAL_BASE_FEE)),
        withdrawals_root: since(SpecId::SHANGHAI).then_some(EMPTY_ROOT_HASH),
        blob_gas_used: since(SpecId::CANCUN).then(|| genesis.blob_gas_used.unwrap_or_default()),
        excess_blob_gas: since(SpecId::CANCUN).then(|| genesis.excess_blob_gas.unwrap_or_default()),
        parent_beacon_block_root: since(SpecId::CANCUN).then_some(B256::ZERO),
        requests_hash: since(SpecId::PRAGUE).then_some(EMPTY_REQUESTS_HASH),
        // The hash of an empty list.
        block_access_list_hash: since(SpecId::AMSTERDAM).then(|| keccak256([0xc0])),
        slot_number: since(SpecId::AMSTERDAM).then(|| genesis.slot_number.unwrap_or_default()),
        ..Header::default()
    }
}
